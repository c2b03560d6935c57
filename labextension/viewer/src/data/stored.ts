/** The files of a dataset: where each is, and how large it is once it is unpacked. */
import type { Described, Quantized } from './manifests';

export interface StoredFile {
  readonly path: string;
  /** How many bytes it has unpacked. */
  readonly size: number;
}

const WIDTH = { uint8: 1, uint16: 2, uint32: 4 } as const;

/** The files in which a column or gene stands. */
export function storedFiles(described: Described, nCells: number): readonly StoredFile[] {
  if (described.kind === 'continuous') {
    return [{ path: described.path, size: nCells * widthOf(described.quantized) }];
  }
  const { path, dtype, outliers } = described;
  const codes = { path, size: nCells * WIDTH[dtype] };
  return outliers === null
    ? [codes]
    : [codes, { path: outliers.path, size: nCells * widthOf(outliers.quantized) }];
}

function widthOf(quantized: Quantized | null): number {
  return quantized === null ? 4 : WIDTH[quantized.dtype];
}

/** How a file is called gzipped, which it may be already. */
export function packedPath(path: string): string {
  return path.endsWith('.gz') ? path : `${path}.gz`;
}
