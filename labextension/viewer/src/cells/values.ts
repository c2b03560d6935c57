/** Cells by their value in one column. */

/** Cells, ascending, of one category. */
export function cellsOfCode(
  codes: ArrayLike<number>,
  code: number,
  mask: Uint8Array | null = null
): Uint32Array {
  const out = new Uint32Array(codes.length);
  let n = 0;
  for (let cell = 0; cell < out.length; cell++) {
    out[n] = cell;
    n += Number(codes[cell] === code) & (mask === null ? 1 : mask[cell]!);
  }
  return out.slice(0, n);
}

/** Cells, ascending, whose value lies from `min` to `max`, both included; a missing one never does. */
export function cellsOfRange(
  values: Float32Array,
  min: number,
  max: number,
  mask: Uint8Array | null = null
): Uint32Array {
  const out = new Uint32Array(values.length);
  let n = 0;
  for (let cell = 0; cell < out.length; cell++) {
    const value = values[cell]!;
    out[n] = cell;
    n += Number(value >= min) & Number(value <= max) & (mask === null ? 1 : mask[cell]!);
  }
  return out.slice(0, n);
}
