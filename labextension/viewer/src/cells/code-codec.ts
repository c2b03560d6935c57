/** Codes of a made field as bytes: as they are, or as runs of one code, whichever is smaller. */
import type { SmallCodes } from './regroup';
import { readUvarint, writeUvarint, type Cursor } from './uvarint';

const RAW8 = 0;
const RAW16 = 1;
const RUNS = 2;

/** Most bytes of the numbers that are written here. */
const LONGEST = 5;

/** Write one code a cell. */
export function encodeCodes(codes: SmallCodes): Uint8Array<ArrayBuffer> {
  const n = codes.length;
  const wide = codes.BYTES_PER_ELEMENT === 2;
  const head = new Uint8Array(1 + LONGEST);
  const headEnd = writeUvarint(head, 1, n);
  const runs = encodeRuns(codes, n * codes.BYTES_PER_ELEMENT);
  head[0] = runs !== null ? RUNS : wide ? RAW16 : RAW8;
  const body = runs ?? rawBytes(codes);
  const out = new Uint8Array(headEnd + body.length);
  out.set(head.subarray(0, headEnd));
  out.set(body, headEnd);
  return out;
}

/** The number of runs, then the code and the length of each; null where it is not below `limit`. */
function encodeRuns(codes: SmallCodes, limit: number): Uint8Array | null {
  const n = codes.length;
  let runs = n > 0 ? 1 : 0;
  for (let i = 1; i < n; i++) {
    runs += codes[i] === codes[i - 1] ? 0 : 1;
  }
  // Each takes two bytes at least, so that most columns are known to be no runs before writing.
  if (runs * 2 >= limit) {
    return null;
  }
  const out = new Uint8Array(LONGEST + runs * 2 * LONGEST);
  let at = writeUvarint(out, 0, runs);
  for (let i = 0; i < n; ) {
    const begin = i;
    const code = codes[i]!;
    while (i < n && codes[i] === code) {
      i++;
    }
    at = writeUvarint(out, writeUvarint(out, at, code), i - begin);
  }
  return at < limit ? out.subarray(0, at) : null;
}

function rawBytes(codes: SmallCodes): Uint8Array {
  // All browsers run on little-endian machines.
  return new Uint8Array(codes.buffer, codes.byteOffset, codes.byteLength);
}

/**
 * Read what `encodeCodes` wrote: `n` codes. Runs come back as wide as their largest code asks for.
 *
 * @throws RangeError where it is another number of them, the bytes do not fit, or the encoding is
 * unknown.
 */
export function decodeCodes(bytes: Uint8Array, n: number): SmallCodes {
  const cursor: Cursor = { bytes, at: 1 };
  const encoding = bytes[0];
  const length = readUvarint(cursor, 'codes');
  if (length !== n) {
    throw new RangeError(`codes: ${length} of them for ${n} cells`);
  }
  if (encoding === RUNS) {
    return decodeRuns(cursor, n);
  }
  if (encoding !== RAW8 && encoding !== RAW16) {
    throw new RangeError(`codes: encoding ${String(encoding)} is unknown`);
  }
  const size = n * (encoding === RAW16 ? 2 : 1);
  if (bytes.length - cursor.at < size) {
    throw new RangeError(`codes: ${n} codes can’t stand in ${bytes.length - cursor.at} bytes`);
  }
  const body = bytes.slice(cursor.at, cursor.at + size);
  return encoding === RAW16 ? new Uint16Array(body.buffer) : body;
}

function decodeRuns(cursor: Cursor, n: number): SmallCodes {
  const runs = readUvarint(cursor, 'codes');
  if (runs > n) {
    throw new RangeError(`codes: ${runs} runs among ${n} cells are impossible`);
  }
  const wide = new Uint16Array(n);
  let at = 0;
  let most = 0;
  for (let run = 0; run < runs; run++) {
    const code = readUvarint(cursor, 'codes');
    const length = readUvarint(cursor, 'codes');
    if (code > 0xffff || length > n - at) {
      throw new RangeError(`codes: a run of ${length} × ${code} among ${n} cells is impossible`);
    }
    wide.fill(code, at, at + length);
    at += length;
    most = Math.max(most, code);
  }
  if (at !== n) {
    throw new RangeError(`codes: runs of ${at} codes for ${n} cells`);
  }
  return most <= 0xff ? new Uint8Array(wide) : wide;
}
