/**
 * Which points lie inside a polygon, by the even-odd rule.
 *
 * Source: the crossing test of W. Randolph Franklin's PNPOLY, edge by edge.
 */

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
