/** Unsigned LEB128 integers. */

/** Where reading stands. */
export interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

const LONGEST_READ = 10;

/** Write a number below 2^32 at a place; returns the place after it. */
export function writeUvarint(out: Uint8Array, at: number, value: number): number {
  while (value > 0x7f) {
    out[at++] = (value & 0x7f) | 0x80;
    value >>>= 7;
  }
  out[at++] = value;
  return at;
}

/**
 * Read the next number; `what` is for the error.
 *
 * @throws RangeError where it is cut short, or longer than ten bytes.
 */
export function readUvarint(cursor: Cursor, what: string): number {
  let value = 0;
  for (let k = 0; k < LONGEST_READ; k++) {
    if (cursor.at >= cursor.bytes.length) {
      throw new RangeError(`${what}: the bytes end inside a number`);
    }
    const byte = cursor.bytes[cursor.at++]!;
    value += (byte & 0x7f) * 2 ** (7 * k);
    if (byte < 0x80) {
      return value;
    }
  }
  throw new RangeError(`${what}: a number is longer than ten bytes`);
}
