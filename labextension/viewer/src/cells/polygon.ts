/**
 * Which points lie inside a polygon, by the even-odd rule.
 *
 * Source: the crossing test of W. Randolph Franklin's PNPOLY, edge by edge.
 */
import type { Tiles } from './tiles';

/**
 * Indices, ascending, of the points inside a closed polygon.
 *
 * `xy` holds x and y interleaved; a point with NaN is outside. Edges are sorted into horizontal
 * bands, so that a point is held against the few edges at its height.
 */
export function insidePolygon(
  xy: Float32Array | Float64Array,
  polygon: readonly (readonly [number, number])[]
): Uint32Array {
  if (polygon.length < 3) {
    return new Uint32Array(0);
  }
  const bands = new Bands(polygon);
  const out = new Uint32Array(xy.length / 2);
  let n = 0;
  for (let i = 0, cell = 0; i + 1 < xy.length; i += 2, cell++) {
    if (bands.contain(xy[i]!, xy[i + 1]!)) {
      out[n++] = cell;
    }
  }
  return out.slice(0, n);
}

type Corner = readonly [x: number, y: number];

/**
 * Turn the marks of the points inside a triangle over. A polygon that gets a corner more gains or
 * loses just the triangle of its first corner, its last and the new one, so that the marks follow it
 * without looking at its other edges.
 *
 * @param marks - 1 or 0 a point; edited
 */
export function flipTriangle(
  marks: Uint8Array,
  tiles: Tiles,
  corners: readonly [Corner, Corner, Corner]
): void {
  const [a, b, c] = corners;
  // From above to below: an edge that two triangles share is then the same line in both.
  const edges = [edge(a, b), edge(b, c), edge(c, a)] as const;
  const [[x1, y1, x2, y2], [x3, y3, x4, y4], [x5, y5, x6, y6]] = edges;
  const [s1, s2, s3] = [(x2 - x1) / (y2 - y1), (x4 - x3) / (y4 - y3), (x6 - x5) / (y6 - y5)];
  const { points, xy } = tiles;
  for (const [begin, end] of tiles.near(corners)) {
    for (let i = begin; i < end; i++) {
      const x = xy[2 * i]!;
      const y = xy[2 * i + 1]!;
      // Without a branch: which edge a point lies beside can't be foreseen.
      const first = Number(y >= y1) & Number(y < y2) & Number(x < x1 + s1 * (y - y1));
      const second = Number(y >= y3) & Number(y < y4) & Number(x < x3 + s2 * (y - y3));
      const third = Number(y >= y5) & Number(y < y6) & Number(x < x5 + s3 * (y - y5));
      marks[points[i]!]! ^= first ^ second ^ third;
    }
  }
}

function edge(from: Corner, to: Corner): readonly [number, number, number, number] {
  return from[1] <= to[1] ? [...from, ...to] : [...to, ...from];
}

const BANDS = 256;

class Bands {
  readonly #edges: Float64Array;
  readonly #bands: Uint32Array[];
  readonly #left: number;
  readonly #right: number;
  readonly #top: number;
  readonly #bottom: number;
  readonly #scale: number;

  constructor(polygon: readonly (readonly [number, number])[]) {
    const xs = polygon.map(point => point[0]);
    const ys = polygon.map(point => point[1]);
    this.#left = xs.reduce((a, b) => Math.min(a, b));
    this.#right = xs.reduce((a, b) => Math.max(a, b));
    this.#top = ys.reduce((a, b) => Math.min(a, b));
    this.#bottom = ys.reduce((a, b) => Math.max(a, b));
    this.#scale = BANDS / (this.#bottom - this.#top || 1);
    this.#edges = new Float64Array(polygon.length * 4);
    const bands: number[][] = Array.from({ length: BANDS }, () => []);
    polygon.forEach((from, e) => {
      const to = polygon[(e + 1) % polygon.length]!;
      this.#edges.set([from[0], from[1], to[0], to[1]], e * 4);
      const last = this.#band(Math.max(from[1], to[1]));
      for (let band = this.#band(Math.min(from[1], to[1])); band <= last; band++) {
        bands[band]!.push(e * 4);
      }
    });
    this.#bands = bands.map(band => Uint32Array.from(band));
  }

  contain(x: number, y: number): boolean {
    // Written so that NaN is outside.
    if (!(x >= this.#left && x <= this.#right && y >= this.#top && y <= this.#bottom)) {
      return false;
    }
    const band = this.#bands[this.#band(y)]!;
    const edges = this.#edges;
    let inside = false;
    for (let i = 0; i < band.length; i++) {
      const e = band[i]!;
      const y1 = edges[e + 1]!;
      const y2 = edges[e + 3]!;
      if (y1 > y !== y2 > y) {
        const x1 = edges[e]!;
        if (x < ((edges[e + 2]! - x1) * (y - y1)) / (y2 - y1) + x1) {
          inside = !inside;
        }
      }
    }
    return inside;
  }

  #band(y: number): number {
    return Math.min(BANDS - 1, Math.max(0, Math.floor((y - this.#top) * this.#scale)));
  }
}
