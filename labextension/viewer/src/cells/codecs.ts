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
  let kept = 0;
  let cell = 0;
  for (let i = 0; i < count; i++) {
    const byte = bytes[cursor.at]!;
    // Nearly all steps are one byte; beyond the end there is none, which is no such step.
    const step = byte < 0x80 ? byte : readUvarint(cursor, 'cells');
    cursor.at += byte < 0x80 ? 1 : 0;
    // What stands twice is in the set once.
    if (i > 0 && step === 0) {
      continue;
    }
    cell += step;
    if (cell >= nCells) {
      throw new RangeError(`cells: ${cell} is not below ${nCells}`);
    }
    cells[kept++] = cell;
  }
  return kept === count ? cells : cells.slice(0, kept);
}

const DIGITS = new TextEncoder().encode(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
);
const PADDING = 0x3d;

/** Base64 of bytes; `btoa` would need a string of them first, which takes ten times as long. */
export function toBase64(bytes: Uint8Array): string {
  const n = bytes.length;
  const out = new Uint8Array(4 * Math.ceil(n / 3));
  for (let i = 0, at = 0; i < n; i += 3) {
    // Beyond the end there is nothing, which counts as 0.
    const three = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
    out[at++] = DIGITS[three >> 18]!;
    out[at++] = DIGITS[(three >> 12) & 63]!;
    out[at++] = i + 1 < n ? DIGITS[(three >> 6) & 63]! : PADDING;
    out[at++] = i + 2 < n ? DIGITS[three & 63]! : PADDING;
  }
  return new TextDecoder().decode(out);
}

export function fromBase64(text: string): Uint8Array {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  // `Uint8Array.from` would take ten times as long.
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = characters.charCodeAt(i);
  }
  return bytes;
}
