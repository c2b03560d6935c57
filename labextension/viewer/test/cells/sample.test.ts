import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleRows } from '../../src/cells/sample';

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
