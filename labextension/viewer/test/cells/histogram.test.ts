import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { histogram } from '../../src/cells/histogram';

describe('a histogram', () => {
  it('has each value that counts in one bin, the greatest in the last', () => {
    const given = Float32Array.of(0, 0.99, 1, 2.5, 4, NaN, Infinity, -1, 5);
    expect([...histogram(given, null, 0, 4, 4)]).toEqual([2, 1, 1, 1]);
    const mask = Uint8Array.of(1, 0, 1, 1, 0, 1, 1, 1, 1);
    expect([...histogram(given, mask, 0, 4, 4)]).toEqual([1, 1, 1, 0]);
  });

  it('has all values between its ends', () => {
    const values = fc.array(fc.float({ noNaN: true, min: -100, max: 100 }), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 64 }), (list, bins) => {
        const given = Float32Array.from(list);
        const counts = histogram(given, null, Math.min(...given), Math.max(...given), bins);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(given.length);
      })
    );
  });
});
