/** Values of cells in bins of equal width. */

/** The bin of a value between `low` and `high`; −1 for one outside, or missing. */
export function binOf(value: number, low: number, high: number, bins: number): number {
  // Written so that a missing value is outside.
  if (!(value >= low && value <= high)) {
    return -1;
  }
  return high > low ? Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins)) : 0;
}

/** How many of the cells fall into each bin; the last one has its upper end. */
export function binCounts(
  values: Float32Array,
  cells: Uint32Array,
  low: number,
  high: number,
  bins: number
): Uint32Array {
  const counts = new Uint32Array(bins);
  for (let i = 0; i < cells.length; i++) {
    const bin = binOf(values[cells[i]!]!, low, high, bins);
    if (bin >= 0) {
      counts[bin]!++;
    }
  }
  return counts;
}

/** Those of the cells in one bin. */
export function cellsInBin(
  values: Float32Array,
  cells: Uint32Array,
  low: number,
  high: number,
  bins: number,
  bin: number
): Uint32Array {
  return cells.filter(cell => binOf(values[cell]!, low, high, bins) === bin);
}
