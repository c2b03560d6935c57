/** Other categories for the cells of a column, in the fewest bytes that hold them. */

/** Codes of a made field: the largest value of their type stands for no category. */
export type SmallCodes = Uint8Array | Uint16Array;

/** Most categories a made field can have. */
export const MOST_CATEGORIES = 0xffff;

/**
 * Give each cell another code: `table` has, at the place of each old one, the new one below `size`.
 * A code that the table does not have, or has as −1, is a missing value.
 *
 * @throws RangeError where `size` is above `MOST_CATEGORIES`.
 */
export function regroup(
  codes: ArrayLike<number>,
  table: readonly number[],
  size: number
): SmallCodes {
  if (size > MOST_CATEGORIES) {
    throw new RangeError(`regroup: ${size} categories, ${MOST_CATEGORIES} at most`);
  }
  const n = codes.length;
  const out = size <= 0xff ? new Uint8Array(n) : new Uint16Array(n);
  const missing = missingOf(out);
  const known = table.length;
  // −1 becomes the largest of its type by itself.
  const to = size <= 0xff ? Uint8Array.from(table) : Uint16Array.from(table);
  for (let i = 0; i < n; i++) {
    const code = codes[i]!;
    out[i] = code < known ? to[code]! : missing;
  }
  return out;
}

/** The code that stands for no category. */
export function missingOf(codes: { readonly BYTES_PER_ELEMENT: number }): number {
  return 2 ** (8 * codes.BYTES_PER_ELEMENT) - 1;
}
