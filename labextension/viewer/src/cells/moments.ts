/** Means, spreads and medians of values, missing ones (NaN, infinities) left out. */

export interface Moments {
  /** Cells with a value. */
  readonly n: number;
  /** NaN where there is none. */
  readonly mean: number;
  /** Sample standard deviation; NaN for fewer than two. */
  readonly sd: number;
}

/** The moments of cells in a set, and of all others. */
export interface Contrast {
  readonly inside: Moments;
  readonly outside: Moments;
}

/**
 * Hold the cells of a set against the rest.
 *
 * @param inSet - 1 a cell of the set, as long as `values`
 */
export function contrast(values: Float32Array, inSet: Uint8Array): Contrast {
  const n = [0, 0];
  const sum = [0, 0];
  const squares = [0, 0];
  // Values far from zero would lose their spread in the squares.
  const shift = values.find(value => value - value === 0) ?? 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]! - shift;
    if (value - value === 0) {
      const side = inSet[i]!;
      n[side]!++;
      sum[side]! += value;
      squares[side]! += value * value;
    }
  }
  const moments = (side: 0 | 1): Moments => {
    const [count, total, square] = [n[side]!, sum[side]!, squares[side]!];
    const variance = (square - (total * total) / count) / (count - 1);
    return {
      n: count,
      mean: count > 0 ? total / count + shift : NaN,
      sd: count > 1 ? Math.sqrt(Math.max(0, variance)) : NaN
    };
  };
  return { inside: moments(1), outside: moments(0) };
}

/**
 * How far apart two means are, in units of the spread of both: (a − b) / √((sd_a² + sd_b²) / 2), as
 * Cohen's d with equal weights. NaN where either has no spread to tell.
 */
export function standardised({ inside, outside }: Contrast): number {
  const spread = Math.sqrt((inside.sd ** 2 + outside.sd ** 2) / 2);
  return spread > 0 ? (inside.mean - outside.mean) / spread : NaN;
}

/** The median of cells' values; NaN where none has one. Of an even number, the lower of the middle. */
export function median(values: Float32Array, cells: Uint32Array): number {
  const found = new Float32Array(cells.length);
  let n = 0;
  for (let i = 0; i < cells.length; i++) {
    const value = values[cells[i]!]!;
    if (value - value === 0) {
      found[n++] = value;
    }
  }
  return n === 0 ? NaN : smallest(found.subarray(0, n), (n - 1) >> 1);
}

/** The value that would stand at `place` if all were sorted; Hoare's selection, which moves them. */
function smallest(values: Float32Array, place: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[(low + high) >> 1]!;
    let [i, j] = [low, high];
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i <= j) {
        const kept = values[i]!;
        values[i++] = values[j]!;
        values[j--] = kept;
      }
    }
    if (place <= j) {
      high = j;
    } else if (place >= i) {
      low = i;
    } else {
      break;
    }
  }
  return values[place]!;
}
