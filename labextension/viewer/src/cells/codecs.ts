/** Cells as bytes: unsigned LEB128 integers, and base64 of them. */

/** Most bytes of a number below 2^32 as we write it, and of any number we read. */
const LONGEST = 5;
const LONGEST_READ = 10;

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

function writeUvarint(out: Uint8Array<ArrayBuffer>, at: number, value: number): number {
  while (value > 0x7f) {
    out[at++] = (value & 0x7f) | 0x80;
    value >>>= 7;
  }
  out[at++] = value;
  return at;
}

/**
 * Read what `encodeCells` wrote.
 *
 * @throws RangeError where a number is cut short, a count is larger than the bytes that are left,
 * or an index is not below `nCells`.
 */
export function decodeCells(bytes: Uint8Array, nCells: number): Uint32Array {
  let at = 0;
  const next = (): number => {
    let value = 0;
    for (let k = 0; k < LONGEST_READ; k++) {
      if (at >= bytes.length) {
        throw new RangeError('cells: the bytes end inside a number');
      }
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * 2 ** (7 * k);
      if (byte < 0x80) {
        return value;
      }
    }
    throw new RangeError('cells: a number is longer than ten bytes');
  };
  const count = next();
  if (count > nCells || count > bytes.length - at) {
    throw new RangeError(`cells: a count of ${count} among ${nCells} cells is impossible`);
  }
  const cells = new Uint32Array(count);
  let cell = 0;
  for (let i = 0; i < count; i++) {
    const step = next();
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
