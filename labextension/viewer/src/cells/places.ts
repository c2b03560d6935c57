/** Cells of one list of rows on another: matched by their names, then moved. */
import { cellsOfMask } from './cellset';
import type { SmallCodes } from './regroup';

/** Where the rows of a list of names stand in another list. */
export interface Match {
  /** A row a row of the first list; −1 where the second has no such name. */
  readonly places: Int32Array;
  /** How many were found. */
  readonly found: number;
}

/** By a name that stands twice no cell can be found. */
export class RepeatedName extends Error {
  constructor(
    readonly repeated: string,
    readonly list: 'first' | 'second'
  ) {
    super(`names: “${repeated}” stands twice in the ${list} list`);
    this.name = 'RepeatedName';
  }
}

const NEW_LINE = 10;

/**
 * How many names there are in a list, each ended by a line feed.
 *
 * @throws RangeError where the last is not.
 */
export function countNames(bytes: Uint8Array): number {
  if (bytes.length > 0 && bytes.at(-1) !== NEW_LINE) {
    throw new RangeError('names of the cells: the last one is cut short');
  }
  let count = 0;
  for (let at = bytes.indexOf(NEW_LINE); at >= 0; at = bytes.indexOf(NEW_LINE, at + 1)) {
    count++;
  }
  return count;
}

/** So many bytes of names are looked at in a few milliseconds. */
const SLICE = 2 ** 17;
const MATCHED = -1;
/** One map of a million names would stop all else each time it grows. */
const SHELVES = 256;

/**
 * Match two lists of names, each UTF-8 and ended by a line feed, a slice of them between two yields.
 *
 * @throws RepeatedName
 * @throws RangeError or TypeError where they are no such list.
 */
export function* matchNames(first: Uint8Array, second: Uint8Array): Generator<undefined, Match> {
  const shelves = Array.from({ length: SHELVES }, () => new Map<string, number>());
  const shelf = (name: string): Map<string, number> => shelves[shelfOf(name)]!;
  let row = 0;
  for (const names of slices(first)) {
    for (const name of names) {
      const rows = shelf(name);
      const { size } = rows;
      if (rows.set(name, row++).size === size) {
        throw new RepeatedName(name, 'first');
      }
    }
    yield;
  }
  const places = new Int32Array(row).fill(-1);
  row = 0;
  let found = 0;
  for (const names of slices(second)) {
    for (const name of names) {
      const rows = shelf(name);
      const known = rows.get(name);
      if (known === MATCHED) {
        throw new RepeatedName(name, 'second');
      }
      if (known !== undefined) {
        places[known] = row;
        found++;
      }
      rows.set(name, MATCHED);
      row++;
    }
    yield;
  }
  return { places, found };
}

/** Names that differ at all are spread over the shelves. */
function shelfOf(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) {
    hash = (hash * 31 + name.charCodeAt(i)) | 0;
  }
  return (hash ^ (hash >>> 16)) & (SHELVES - 1);
}

function* slices(names: Uint8Array): Generator<readonly string[]> {
  // A mark of the byte order would be a part of a name.
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  for (let from = 0; from < names.length; ) {
    const end = names.indexOf(NEW_LINE, Math.min(from + SLICE, names.length - 1));
    if (end < 0) {
      throw new RangeError('names: the last one has no end');
    }
    yield decoder.decode(names.subarray(from, end)).split('\n');
    from = end + 1;
  }
}

/** The places of cells among `n` rows, ascending; those without one are left out. */
export function moveCells(cells: Uint32Array, places: Int32Array, n: number): Uint32Array {
  const mask = new Uint8Array(n);
  for (let i = 0; i < cells.length; i++) {
    const place = places[cells[i]!] ?? -1;
    if (place >= 0) {
      mask[place] = 1;
    }
  }
  return cellsOfMask(mask);
}

/** Codes at the places of their cells among `n` rows; a row to which none goes has no category. */
export function moveCodes(codes: SmallCodes, places: Int32Array, n: number): Uint16Array {
  // Whatever the codes are, none is the largest of this type.
  const out = new Uint16Array(n).fill(0xffff);
  for (let i = 0; i < codes.length; i++) {
    const place = places[i]!;
    if (place >= 0) {
      out[place] = codes[i]!;
    }
  }
  return out;
}
