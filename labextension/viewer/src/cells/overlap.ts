/** Sets of cells that may overlap: how much they do, and one category a cell out of them. */
import { missingOf } from './regroup';

/**
 * Where a cell that is in several sets goes: to the first of them, to the last, to a category for
 * all such cells, or to one for each combination of sets there is.
 */
export type OverlapRule = 'first' | 'last' | 'overlap-label' | 'intersections';

/** Most sets of which each combination can have a category. */
export const MOST_INTERSECTED = 12;

/** What a category is made of: the sets its cells are in, by their places, or something else. */
export type Part = readonly number[] | 'overlap' | 'uncovered';

export interface Assigned {
  /** In the order of their codes. Those of single sets are always there, others if they have cells. */
  readonly parts: readonly Part[];
  /** Cells of each category. */
  readonly counts: readonly number[];
  /** One a cell; the largest number of its type for a cell that has none. */
  readonly codes: Uint8Array | Uint16Array;
  /** Cells that have none. */
  readonly missing: number;
}

/**
 * Give each of `n` cells one category.
 *
 * @param uncovered - whether cells that are in no set have a category too
 * @throws RangeError for intersections of more than `MOST_INTERSECTED` sets.
 */
export function assign(
  sets: readonly Uint32Array[],
  n: number,
  rule: OverlapRule,
  uncovered: boolean
): Assigned {
  const { parts, codes } =
    rule === 'intersections' ? intersected(sets, n) : { parts: single(sets), codes: one(sets, n, rule) };
  const missing = missingOf(codes);
  const counts = countsOf(codes, parts.length + 1);
  const overlaps = counts[parts.length]!;
  const covered = counts.reduce((a, b) => a + b, 0);
  if (overlaps > 0) {
    parts.push('overlap');
  }
  if (uncovered && covered < n) {
    replace(codes, missing, parts.length);
    parts.push('uncovered');
    counts[parts.length - 1] = n - covered;
  }
  return {
    parts,
    codes,
    counts: parts.map((_, i) => counts[i]!),
    missing: uncovered ? 0 : n - covered
  };
}

/** For each set, how many of its cells are in another one too. */
export function sharedCounts(sets: readonly Uint32Array[], n: number): number[] {
  const times = new Uint8Array(n);
  for (const set of sets) {
    for (let i = 0; i < set.length; i++) {
      const cell = set[i]!;
      // A bit more each time, up to eight: twice as fast as to ask whether it is the first.
      times[cell] = (times[cell]! << 1) | 1;
    }
  }
  return sets.map(set => {
    let shared = 0;
    for (let i = 0; i < set.length; i++) {
      shared += (times[set[i]!]! >> 1) & 1;
    }
    return shared;
  });
}

function single(sets: readonly Uint32Array[]): Part[] {
  return sets.map((_, i) => [i]);
}

/** The place of a set a cell is in; the number of sets for one of many, where those are apart. */
function one(
  sets: readonly Uint32Array[],
  n: number,
  rule: 'first' | 'last' | 'overlap-label'
): Uint8Array | Uint16Array {
  const codes = codesFor(sets.length + 2, n);
  const missing = missingOf(codes);
  sets.forEach((set, place) => {
    for (let i = 0; i < set.length; i++) {
      const cell = set[i]!;
      if (rule === 'last' || codes[cell] === missing) {
        codes[cell] = place;
      } else if (rule === 'overlap-label') {
        codes[cell] = sets.length;
      }
    }
  });
  return codes;
}

/** Single sets first, then pairs, and so on, each by the order of the sets. */
function intersected(
  sets: readonly Uint32Array[],
  n: number
): { parts: Part[]; codes: Uint8Array | Uint16Array } {
  if (sets.length > MOST_INTERSECTED) {
    throw new RangeError(`${sets.length} sets have too many intersections`);
  }
  const members = new Uint16Array(n);
  sets.forEach((set, place) => {
    for (let i = 0; i < set.length; i++) {
      members[set[i]!]! |= 1 << place;
    }
  });
  const combinations = 2 ** sets.length;
  const counts = countsOf(members, combinations);
  const found: number[][] = [];
  for (let combination = 1; combination < combinations; combination++) {
    const places = sets.flatMap((_, place) => ((combination >> place) & 1 ? [place] : []));
    if (counts[combination]! > 0 || places.length === 1) {
      found.push(places);
    }
  }
  found.sort((a, b) => a.length - b.length || compare(a, b));
  const codes = codesFor(found.length + 1, n);
  const code = new Uint16Array(combinations).fill(missingOf(codes));
  found.forEach((places, i) => (code[places.reduce((sum, place) => sum | (1 << place), 0)] = i));
  for (let cell = 0; cell < n; cell++) {
    codes[cell] = code[members[cell]!]!;
  }
  return { parts: found, codes };
}

function compare(a: readonly number[], b: readonly number[]): number {
  const i = a.findIndex((place, k) => place !== b[k]);
  return i < 0 ? 0 : a[i]! - b[i]!;
}

/** Codes for so many categories, all missing. */
function codesFor(categories: number, n: number): Uint8Array | Uint16Array {
  return categories <= 0xff ? new Uint8Array(n).fill(0xff) : new Uint16Array(n).fill(0xffff);
}

/** How often each of the numbers below `most` stands there. */
function countsOf(values: Uint8Array | Uint16Array, most: number): number[] {
  const counts = new Uint32Array(2 ** (8 * values.BYTES_PER_ELEMENT));
  for (let i = 0; i < values.length; i++) {
    counts[values[i]!]!++;
  }
  return [...counts.subarray(0, most)];
}

function replace(values: Uint8Array | Uint16Array, from: number, to: number): void {
  for (let i = 0; i < values.length; i++) {
    if (values[i] === from) {
      values[i] = to;
    }
  }
}
