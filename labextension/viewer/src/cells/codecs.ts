/** Cells as bytes: unsigned LEB128 integers, and base64 of them. */
import { readUvarint, writeUvarint, type Cursor } from './uvarint';

/** Most bytes of a number below 2^32 as we write it. */
const LONGEST = 5;

/**
 * Ascending row indices as uvarints: their count, the first index, then the differences.
 */
export function encodeCells(cells: Uint32Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array((cells.length + 1) * LONGEST);
  let at = writeUvarint(out, 0, cells.length);
  let last = 0;
  for (let i = 0; i < cells.length; i++) {
    at = writeUvarint(out, at, cells[i]! - last);
    last = cells[i]!;
  }
  return out.slice(0, at);
}

/**
 * Read what `encodeCells` wrote.
 *
 * @throws RangeError where a number is cut short, a count is larger than the bytes that are left,
 * or an index is not below `nCells`.
 */
export function decodeCells(bytes: Uint8Array, nCells: number): Uint32Array {
  const cursor: Cursor = { bytes, at: 0 };
  const count = readUvarint(cursor, 'cells');
  if (count > nCells || count > bytes.length - cursor.at) {
    throw new RangeError(`cells: a count of ${count} among ${nCells} cells is impossible`);
  }
  const cells = new Uint32Array(count);
  let cell = 0;
  for (let i = 0; i < count; i++) {
    const step = readUvarint(cursor, 'cells');
    if (i > 0 && step === 0) {
      throw new RangeError(`cells: ${cell} stands twice`);
    }
    cell += step;
    if (cell >= nCells) {
      throw new RangeError(`cells: ${cell} is not below ${nCells}`);
    }
    cells[i] = cell;
  }
  return cells;
}

/** Base64 of bytes, in pieces that fit on the call stack. */
export function toBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let i = 0; i < bytes.length; i += 0x8000) {
    pieces.push(String.fromCharCode(...bytes.subarray(i, i + 0x8000)));
  }
  return btoa(pieces.join(''));
}

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), character => character.charCodeAt(0));
}
