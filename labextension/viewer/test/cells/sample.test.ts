import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleOf, sampleRows } from '../../src/cells/sample';

describe('sampleRows', () => {
  it('takes so many different rows, ascending, and the same ones each time', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(6000), (count, size) => {
        const rows = sampleRows(count, size);
        expect(rows).toHaveLength(Math.min(count, size));
        expect(rows.every((row, i) => row < count && (i === 0 || row > rows[i - 1]!))).toBe(true);
        expect(sampleRows(count, size)).toEqual(rows);
      })
    );
  });

  it('favours no part of the rows, and none of every few', () => {
    const rows = sampleRows(1_000_000, 100_000);
    for (const period of [2, 3, 7, 64]) {
      const counts = new Array<number>(period).fill(0);
      rows.forEach(row => (counts[row % period]! += 1));
      // Five standard deviations.
      const expected = rows.length / period;
      for (const count of counts) {
        expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected));
      }
    }
    const firstHalf = rows.filter(row => row < 500_000).length;
    expect(Math.abs(firstHalf - 50_000)).toBeLessThan(5 * Math.sqrt(50_000));
  });
});

describe('sampleOf', () => {
  it('takes a share of the rows, in their order, and all of a small set', () => {
    const rows = Uint32Array.from({ length: 40_000 }, (_, i) => 3 * i + 1);
    const some = sampleOf(rows, 0.5);
    expect(some).toHaveLength(20_000);
    expect(some.every((row, i) => row % 3 === 1 && (i === 0 || row > some[i - 1]!))).toBe(true);
    expect(sampleOf(rows, 0.01)).toHaveLength(10_000);
    expect(sampleOf(rows.subarray(0, 9_000), 0.01)).toHaveLength(9_000);
  });
});
