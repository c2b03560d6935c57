/** How values are spread. */
import { binOf } from './bins';

/**
 * Count values in bins of equal width; the last one has its upper end.
 *
 * @param mask - 1 for each cell that counts; null for all
 */
export function histogram(
  values: Float32Array,
  mask: Uint8Array | null,
  low: number,
  high: number,
  bins: number
): Uint32Array {
  const counts = new Uint32Array(bins);
  for (let i = 0; i < values.length; i++) {
    if (mask === null || mask[i] === 1) {
      const bin = binOf(values[i]!, low, high, bins);
      if (bin >= 0) {
        counts[bin]!++;
      }
    }
  }
  return counts;
}
