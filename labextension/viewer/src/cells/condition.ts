/** Masks of cells that meet a condition on one column, and how they are joined. */

export type Sign = '>' | '>=' | '<' | '<=' | '==' | '!=';

const HOLDS: Readonly<Record<Sign, (a: number, b: number) => boolean>> = {
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b
};

/**
 * 1 for each value that is so to `number`; never for a missing one. Both are held against each other
 * as the values are stored, so that 0.1 is 0.1.
 */
export function maskOfComparison(values: Float32Array, sign: Sign, number: number): Uint8Array {
  const holds = HOLDS[sign];
  const limit = Math.fround(number);
  const mask = new Uint8Array(values.length);
  for (let i = 0; i < mask.length; i++) {
    const value = values[i]!;
    mask[i] = Number(value === value && holds(value, limit));
  }
  return mask;
}

/**
 * 1 for each cell of the category, or of any other; never for one without.
 *
 * @param categories - how many there are: other codes are missing values
 */
export function maskOfCode(
  codes: ArrayLike<number>,
  code: number,
  categories: number,
  same: boolean
): Uint8Array {
  const mask = new Uint8Array(codes.length);
  for (let i = 0; i < mask.length; i++) {
    const own = codes[i]!;
    mask[i] = Number(own < categories && (own === code) === same);
  }
  return mask;
}

/** 1 where both masks have it, or where either has. */
export function joinMasks(a: Uint8Array, b: Uint8Array, how: 'all' | 'any'): Uint8Array {
  const mask = new Uint8Array(a.length);
  for (let i = 0; i < mask.length; i++) {
    mask[i] = how === 'all' ? a[i]! & b[i]! : a[i]! | b[i]!;
  }
  return mask;
}
