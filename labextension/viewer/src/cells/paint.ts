/** The colour of each cell, as one number: 0xAABBGGRR. */

/** Colours by code; a code that has none in the table is a missing value. */
export function paintCodes(codes: ArrayLike<number>, table: Uint32Array, missing: number): Uint32Array {
  const colors = new Uint32Array(codes.length);
  for (let i = 0; i < colors.length; i++) {
    colors[i] = table[codes[i]!] ?? missing;
  }
  return colors;
}

/**
 * Colours by value, from the first of the table at `min` to its last at `max`, and beyond them.
 * What is no finite number is missing.
 */
export function paintValues(
  values: Float32Array,
  { min, max }: { readonly min: number; readonly max: number },
  table: Uint32Array,
  missing: number
): Uint32Array {
  const colors = new Uint32Array(values.length);
  const last = table.length - 1;
  const step = max > min ? last / (max - min) : 0;
  for (let i = 0; i < colors.length; i++) {
    const value = values[i]!;
    const place = (value - min) * step;
    // So are the infinite ones, as they are in no range and no histogram.
    colors[i] =
      value - value === 0
        ? table[place > 0 ? (place < last ? Math.round(place) : last) : 0]!
        : missing;
  }
  return colors;
}

/** The logarithm of each value; NaN where it has none. */
export function logarithms(values: Float32Array): Float32Array {
  const logs = new Float32Array(values.length);
  for (let i = 0; i < logs.length; i++) {
    const value = values[i]!;
    logs[i] = value > 0 ? Math.log(value) : NaN;
  }
  return logs;
}

/** The least value above 0, and how many finite values are not above it. */
export function positives(values: Float32Array): { least: number; others: number } {
  let least = Infinity;
  let others = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value > 0) {
      least = value < least ? value : least;
    } else if (value > -Infinity) {
      others++;
    }
  }
  return { least, others };
}
