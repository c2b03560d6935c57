import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  complement,
  countMasked,
  difference,
  fromNumbers,
  intersection,
  masked,
  union,
  unionAll
} from '../../src/cells/cellset';

const N = 200;
const set = fc
  .uniqueArray(fc.nat(N - 1), { maxLength: 120 })
  .map(cells => Uint32Array.from(cells).sort());

function naive(keep: (cell: number) => boolean): Uint32Array {
  return Uint32Array.from({ length: N }, (_, i) => i).filter(keep);
}

describe('sets of cells', () => {
  it('are joined as sets are', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        const [inA, inB] = [new Set(a), new Set(b)];
        expect(union(a, b)).toEqual(naive(cell => inA.has(cell) || inB.has(cell)));
        expect(intersection(a, b)).toEqual(naive(cell => inA.has(cell) && inB.has(cell)));
        expect(difference(a, b)).toEqual(naive(cell => inA.has(cell) && !inB.has(cell)));
        expect(complement(a, N)).toEqual(naive(cell => !inA.has(cell)));
      })
    );
  });

  it('are united however many there are', () => {
    fc.assert(
      fc.property(fc.array(set, { maxLength: 5 }), sets => {
        const all = new Set(sets.flatMap(cells => [...cells]));
        expect(unionAll(sets, N)).toEqual(naive(cell => all.has(cell)));
      })
    );
  });

  it('are masked', () => {
    const cells = Uint32Array.of(0, 2, 3);
    expect(masked(cells, Uint8Array.of(1, 1, 0, 1))).toEqual(Uint32Array.of(0, 3));
    expect(masked(cells, null)).toBe(cells);
    expect(countMasked(cells, Uint8Array.of(1, 1, 0, 1))).toBe(2);
    expect(countMasked(cells, null)).toBe(3);
  });

  it('are made of numbers in any order, or not at all', () => {
    expect(fromNumbers([10, 9, 10, 100], 101)).toEqual(Uint32Array.of(9, 10, 100));
    for (const wrong of [-1, 101, 1.5, NaN]) {
      expect(fromNumbers([1, wrong], 101)).toBeNull();
    }
  });
});
