/** Points sorted into the tiles of a grid, so that those near a thin triangle are few. */

type Corner = readonly [x: number, y: number];

/** Tiles along each side. */
const SIDE = 64;
/** Of a coordinate, by which rounding may put a point beside its tile. */
const SLACK = 1e-3;

export class Tiles {
  /** Row by row of the grid, one tile after the other: which point, and where it is. */
  readonly points: Uint32Array;
  readonly xy: Float32Array;
  /** Where each tile begins in them. */
  readonly #begins: Uint32Array;
  readonly #across: number;
  readonly #down: number;

  /**
   * @param xy - x and y of each point, interleaved; one with NaN is in no tile
   * @param width - of the grid, which begins at 0, 0; points beyond it are in the tiles at its edge
   */
  constructor(xy: Float32Array, width: number, height: number) {
    [this.#across, this.#down] = [SIDE / width, SIDE / height];
    const n = xy.length / 2;
    const tiles = new Uint16Array(n);
    const ends = new Uint32Array(SIDE * SIDE + 2);
    for (let point = 0; point < n; point++) {
      const [x, y] = [xy[2 * point]!, xy[2 * point + 1]!];
      const tile = x + y === x + y ? SIDE * this.#row(y) + this.#column(x) : SIDE * SIDE;
      tiles[point] = tile;
      ends[tile + 1]!++;
    }
    for (let tile = 0; tile < SIDE * SIDE + 1; tile++) {
      ends[tile + 1]! += ends[tile]!;
    }
    this.#begins = ends.slice();
    this.points = new Uint32Array(n);
    this.xy = new Float32Array(2 * n);
    for (let point = 0; point < n; point++) {
      const at = ends[tiles[point]!]!++;
      this.points[at] = point;
      this.xy[2 * at] = xy[2 * point]!;
      this.xy[2 * at + 1] = xy[2 * point + 1]!;
    }
  }

  /** Stretches of `points` in which all that lie in a triangle are, and as few others as may be. */
  near(corners: readonly [Corner, Corner, Corner]): [begin: number, end: number][] {
    const heights = corners.map(([, y]) => y);
    const found: [number, number][] = [];
    const last = this.#row(Math.max(...heights) + SLACK);
    for (let row = this.#row(Math.min(...heights) - SLACK); row <= last; row++) {
      // Points beyond the grid are in its outermost rows.
      const from = row === 0 ? -Infinity : row / this.#down - SLACK;
      const to = row === SIDE - 1 ? Infinity : (row + 1) / this.#down + SLACK;
      const [left, right] = across(corners, from, to);
      if (left <= right) {
        const begin = this.#begins[SIDE * row + this.#column(left - SLACK)]!;
        found.push([begin, this.#begins[SIDE * row + this.#column(right + SLACK) + 1]!]);
      }
    }
    return found;
  }

  #row(y: number): number {
    return Math.min(SIDE - 1, Math.max(0, Math.floor(y * this.#down)));
  }

  #column(x: number): number {
    return Math.min(SIDE - 1, Math.max(0, Math.floor(x * this.#across)));
  }
}

/** How far a triangle reaches between two heights. */
function across(
  corners: readonly [Corner, Corner, Corner],
  from: number,
  to: number
): readonly [left: number, right: number] {
  let [left, right] = [Infinity, -Infinity];
  corners.forEach((a, i) => {
    const b = corners[(i + 1) % 3]!;
    const [above, below] = a[1] <= b[1] ? [a, b] : [b, a];
    if (below[1] < from || above[1] > to) {
      return;
    }
    const slope = below[1] > above[1] ? (below[0] - above[0]) / (below[1] - above[1]) : 0;
    const first = above[0] + slope * (Math.max(above[1], from) - above[1]);
    const second = slope === 0 ? below[0] : above[0] + slope * (Math.min(below[1], to) - above[1]);
    left = Math.min(left, first, second);
    right = Math.max(right, first, second);
  });
  return [left, right];
}
