/** Arrays a cell, out of the bytes of a file whose length is checked first. */
import { CheckError } from '../base/check';
import type { CodesType, Quantized } from './manifests';

export type Codes = Uint8Array | Uint16Array | Uint32Array;

const WIDTH = { uint8: 1, uint16: 2, uint32: 4, float32: 4 } as const;

/** Read one value a cell; `path` is for the error. */
export function readCodes(bytes: ArrayBuffer, dtype: CodesType, n: number, path: string): Codes {
  sized(bytes, n * WIDTH[dtype], path);
  switch (dtype) {
    case 'uint8':
      return new Uint8Array(bytes);
    case 'uint16':
      return new Uint16Array(bytes);
    case 'uint32':
      return new Uint32Array(bytes);
  }
}

/** Read numbers of rows, all of which there are. */
export function readRowNumbers(
  bytes: ArrayBuffer,
  dtype: 'uint16' | 'uint32',
  nCells: number,
  length: number,
  path: string
): Uint16Array | Uint32Array {
  sized(bytes, length * WIDTH[dtype], path);
  const rows = dtype === 'uint16' ? new Uint16Array(bytes) : new Uint32Array(bytes);
  for (let i = 0; i < rows.length; i++) {
    if (rows[i]! >= nCells) {
      throw new CheckError(path, `row numbers below ${nCells}, not ${rows[i]!}`);
    }
  }
  return rows;
}

export function readFloats(bytes: ArrayBuffer, n: number, path: string): Float32Array {
  return new Float32Array(sized(bytes, n * WIDTH.float32, path));
}

/** Quantized values: `min + code / (top − 1) × (max − min)`, the top code means missing. */
export function readQuantized(
  bytes: ArrayBuffer,
  { dtype, min, max }: Quantized,
  n: number,
  path: string
): Float32Array {
  const codes = readCodes(bytes, dtype, n, path);
  const top = dtype === 'uint8' ? 255 : 65535;
  const step = (max - min) / (top - 1);
  const values = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    const code = codes[i]!;
    values[i] = code === top ? NaN : min + code * step;
  }
  return values;
}

/** The range of the finite values, 0 … 0 if there is none, and how many are missing (NaN). */
export function summarize(values: Float32Array): { min: number; max: number; missing: number } {
  let min = Infinity;
  let max = -Infinity;
  let missing = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value !== value) {
      missing++;
    } else if (value - value === 0) {
      // Not infinite.
      min = value < min ? value : min;
      max = value > max ? value : max;
    }
  }
  return min > max ? { min: 0, max: 0, missing } : { min, max, missing };
}

function sized(bytes: ArrayBuffer, size: number, path: string): ArrayBuffer {
  if (bytes.byteLength !== size) {
    throw new CheckError(path, `${size} bytes, not ${bytes.byteLength}`);
  }
  return bytes;
}
