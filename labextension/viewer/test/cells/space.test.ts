import fc from 'fast-check';
import { expect, it } from 'vitest';

import { centroid, placeOf, within } from '../../src/cells/space';

const coordinate = fc.oneof(
  fc.integer({ min: -4, max: 4 }),
  fc.double({ min: -5, max: 5, noNaN: true }),
  fc.constant(NaN)
);
const place = fc.tuple(coordinate, coordinate, coordinate);

it('finds the cells that a naive search finds, in every dimension', () => {
  fc.assert(
    fc.property(
      fc.array(place, { maxLength: 40 }),
      fc.constantFrom(1, 2, 3),
      fc.tuple(fc.integer({ min: -4, max: 4 }), fc.integer({ min: -4, max: 4 }), fc.integer({ min: -4, max: 4 })),
      fc.integer({ min: 0, max: 6 }),
      fc.infiniteStream(fc.boolean()),
      (places, dimension, center, radius, shown) => {
        const points = Float32Array.from(places.flatMap(one => one.slice(0, dimension)));
        const mask = Uint8Array.from(places, () => Number(shown.next().value));
        const near = (cell: number): boolean => {
          const own = [...points.subarray(cell * dimension, (cell + 1) * dimension)];
          return own.reduce((sum, x, i) => sum + (x - center[i]!) ** 2, 0) <= radius ** 2;
        };
        const expected = places.map((_, cell) => cell).filter(near);
        const middle = center.map((x, i) => (i < dimension ? x : 0)) as [number, number, number];
        expect([...within(points, dimension, middle, radius)]).toEqual(expected);
        expect([...within(points, dimension, middle, radius, mask)]).toEqual(
          expected.filter(cell => mask[cell] === 1)
        );
      }
    )
  );
});

it('tells where a cell is, and the middle of those that have a place', () => {
  const points = Float32Array.of(1, 2, NaN, 0, 5, 6);
  expect(placeOf(points, 2, 2)).toEqual([5, 6, 0]);
  expect(placeOf(points, 3, 1)).toEqual([0, 5, 6]);
  expect(centroid(points, 2, Uint32Array.of(0, 1, 2))).toEqual([3, 4, 0]);
  expect(centroid(points, 2, Uint32Array.of(1))).toBeNull();
  expect(centroid(points, 2, Uint32Array.of())).toBeNull();
});
