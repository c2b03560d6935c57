/** How often each category stands among cells. */

/**
 * Count the codes of some cells.
 *
 * @param codes - one a cell; a code that is no category's index is a missing value
 * @param cells - rows that are counted; null for all
 * @returns a count a category, and that of missing values at the end
 */
export function countCodes(
  codes: ArrayLike<number>,
  categories: number,
  cells: Uint32Array | null
): Uint32Array {
  const counts = new Uint32Array(categories + 1);
  const length = cells?.length ?? codes.length;
  for (let i = 0; i < length; i++) {
    const code = codes[cells === null ? i : cells[i]!]!;
    counts[code < categories ? code : categories]!++;
  }
  return counts;
}

/** Those of the cells that have a code; one that is no category's index stands for missing ones. */
export function cellsWithCode(
  codes: ArrayLike<number>,
  categories: number,
  cells: Uint32Array,
  wanted: number
): Uint32Array {
  return cells.filter(cell => {
    const code = codes[cell]!;
    return code === wanted || (wanted >= categories && code >= categories);
  });
}
