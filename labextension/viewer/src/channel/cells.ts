/** Cells in a message: a plain list, or from 10,000 on packed as base64 of delta uvarints. */
import { CheckError, list, object, oneOf, own, text, integer } from '../base/check';
import { fromNumbers } from '../cells/cellset';
import { decodeCells, encodeCells, fromBase64, toBase64 } from '../session/codecs';

const PACKED_FROM = 10_000;

export type CellsInMessage =
  | readonly number[]
  | { readonly encoding: 'delta-uvarint'; readonly data: string };

export function packCells(cells: Uint32Array): CellsInMessage {
  return cells.length < PACKED_FROM
    ? Array.from(cells)
    : { encoding: 'delta-uvarint', data: toBase64(encodeCells(cells)) };
}

export function readCells(value: unknown, nCells: number): Uint32Array {
  if (Array.isArray(value)) {
    const numbers = list(value, 'cells', integer, 2 * PACKED_FROM);
    const cells = fromNumbers(numbers, nCells);
    if (cells === null) {
      throw new CheckError('cells', `row indices below ${nCells}`);
    }
    return cells;
  }
  const packed = object(value, 'cells');
  oneOf(own(packed, 'encoding'), 'cells.encoding', ['delta-uvarint']);
  const data = text(own(packed, 'data'), 'cells.data', 2 ** 21);
  try {
    return decodeCells(fromBase64(data), nCells);
  } catch {
    throw new CheckError('cells.data', `base64 of ascending row indices below ${nCells}`);
  }
}
