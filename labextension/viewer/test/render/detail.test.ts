import { describe, expect, it } from 'vitest';
import { sampleSize } from '../../src/render/detail';

describe('sampleSize', () => {
  it.each([
    [1_000_000, 1, null],
    [2_000_000, 1, null],
    [2_000_001, 1, 1_000_000],
    [500_000, 4, null],
    [500_001, 4, 250_000],
    [5_000_000, 3, 333_333]
  ])('of %i cells in each of %i views leaves %j', (cells, views, expected) => {
    expect(sampleSize(cells, views)).toBe(expected);
  });
});
