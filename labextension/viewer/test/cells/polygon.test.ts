import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { flipTriangle, insidePolygon } from '../../src/cells/polygon';
import { Tiles } from '../../src/cells/tiles';

type Point = readonly [number, number];

/** The crossing test over all edges, as the textbook has it. */
function naive(xy: Float32Array, polygon: readonly Point[]): number[] {
  const inside: number[] = [];
  for (let cell = 0; 2 * cell < xy.length; cell++) {
    const [x, y] = [xy[2 * cell]!, xy[2 * cell + 1]!];
    const crossings = polygon.filter(([x1, y1], e) => {
      const [x2, y2] = polygon[(e + 1) % polygon.length]!;
      return y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1;
    });
    if (crossings.length % 2 === 1) {
      inside.push(cell);
    }
  }
  return inside;
}

// Whole numbers make points on edges, equal heights and zero areas likely; 64ths are exact in both
// precisions, so that rounding at the polygon's outermost corners is no matter here.
const coordinate = fc.oneof(
  fc.integer({ min: -20, max: 20 }),
  fc.integer({ min: -1280, max: 1280 }).map(value => value / 64)
);
const point = fc.tuple(coordinate, coordinate);

describe('insidePolygon', () => {
  it('finds what the naive test finds', () => {
    fc.assert(
      fc.property(
        fc.array(point, { maxLength: 60 }),
        fc.array(point, { minLength: 3, maxLength: 40 }),
        (points, polygon) => {
          const xy = Float32Array.from(points.flat());
          expect([...insidePolygon(xy, polygon)]).toEqual(naive(xy, polygon));
        }
      ),
      { numRuns: 300 }
    );
  });

  it('goes by the even-odd rule where a lasso crosses itself', () => {
    const star: Point[] = [
      [0, 10],
      [6, -8],
      [-9.5, 3],
      [9.5, 3],
      [-6, -8]
    ];
    // The middle is wound round twice, a tip once.
    expect([...insidePolygon(Float32Array.of(0, 0, 0, 8), star)]).toEqual([1]);
  });

  it('leaves cells without a position out, and needs three corners', () => {
    const square: Point[] = [
      [-1, -1],
      [1, -1],
      [1, 1],
      [-1, 1]
    ];
    expect([...insidePolygon(Float32Array.of(NaN, NaN, 0, NaN, 0, 0), square)]).toEqual([2]);
    expect(insidePolygon(Float32Array.of(0, 0), square.slice(0, 2))).toHaveLength(0);
    expect(insidePolygon(Float32Array.of(0, 0), [])).toHaveLength(0);
  });
});

describe('flipTriangle', () => {
  it('follows a polygon that gets one corner after the other', () => {
    // Halves between whole corners keep points off edges, which two ways of rounding may differ on.
    const between = fc.integer({ min: -20, max: 20 }).map(value => value + 0.37);
    const corner = fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: -20, max: 20 }));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(between, fc.constantFrom(NaN, 0.5, 3.5, -7.5, 11.5)), { maxLength: 40 }),
        fc.array(corner, { minLength: 3, maxLength: 25 }),
        fc.constantFrom(3, 10, 100),
        (points, polygon, side) => {
          const xy = Float32Array.from(points.flat());
          // Many are beyond the grid, some in one tile.
          const tiles = new Tiles(xy, side, side);
          const marks = new Uint8Array(points.length);
          for (let n = 3; n <= polygon.length; n++) {
            flipTriangle(marks, tiles, [polygon[0]!, polygon[n - 2]!, polygon[n - 1]!]);
            const inside = points.map((_, i) => i).filter(i => marks[i] === 1);
            expect(inside).toEqual([...insidePolygon(xy, polygon.slice(0, n))]);
          }
        }
      ),
      { numRuns: 200 }
    );
  });
});
