/** Cells by their place in an embedding of one, two or three dimensions. */

export type Place = readonly [x: number, y: number, z: number];

/**
 * Cells, ascending, no farther than `radius` from a place: an interval, a disk or a ball.
 *
 * One pass over all cells: what an index would find in a large ball had to be sorted, which takes
 * longer. A cell without a place is never near.
 *
 * @param points - coordinates of all cells, one after the other
 * @param mask - 1 for each cell that is looked at; null for all
 */
export function within(
  points: Float32Array,
  dimension: number,
  [x, y, z]: Place,
  radius: number,
  mask: Uint8Array | null = null
): Uint32Array {
  const out = new Uint32Array(points.length / dimension);
  const most = radius * radius;
  let n = 0;
  for (let cell = 0, i = 0; cell < out.length; cell++, i += dimension) {
    const dx = points[i]! - x;
    const dy = dimension > 1 ? points[i + 1]! - y : 0;
    const dz = dimension > 2 ? points[i + 2]! - z : 0;
    // Written without a branch: which cell is near can't be foreseen.
    out[n] = cell;
    n += Number(dx * dx + dy * dy + dz * dz <= most) & (mask === null ? 1 : mask[cell]!);
  }
  return out.slice(0, n);
}

/** Where a cell is, its missing coordinates 0. */
export function placeOf(points: Float32Array, dimension: number, cell: number): Place {
  const i = cell * dimension;
  return [points[i]!, dimension > 1 ? points[i + 1]! : 0, dimension > 2 ? points[i + 2]! : 0];
}

/** The middle of cells, of those that have a place; null for none. */
export function centroid(points: Float32Array, dimension: number, cells: Uint32Array): Place | null {
  const sums: [number, number, number] = [0, 0, 0];
  let n = 0;
  for (const cell of cells) {
    const [x, y, z] = placeOf(points, dimension, cell);
    if (Number.isFinite(x + y + z)) {
      sums[0] += x;
      sums[1] += y;
      sums[2] += z;
      n++;
    }
  }
  return n === 0 ? null : [sums[0] / n, sums[1] / n, sums[2] / n];
}
