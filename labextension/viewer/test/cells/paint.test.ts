import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { logarithms, paintCodes, paintValues, positives } from '../../src/cells/paint';

const TABLE = Uint32Array.from({ length: 256 }, (_, i) => i + 1);
const GREY = 999;

const values = fc
  .array(fc.oneof(fc.float(), fc.constantFrom(NaN, Infinity, -Infinity, 0, -1, 1)), { maxLength: 40 })
  .map(list => Float32Array.from(list));

describe('colours', () => {
  it('by code are those of the table; others are missing', () => {
    expect([...paintCodes(Uint8Array.of(0, 2, 255, 1), TABLE.subarray(0, 2), GREY)]).toEqual([
      1,
      GREY,
      GREY,
      2
    ]);
  });

  it('by value run from end to end, and stay there beyond', () => {
    const given = Float32Array.of(-Infinity, -5, 0, 5, 10, 20, Infinity, NaN);
    const colors = paintValues(given, { min: 0, max: 10 }, TABLE, GREY);
    expect([...colors]).toEqual([GREY, 1, 1, 129, 256, 256, GREY, GREY]);
  });

  it('are never outside of the table, and never fall as values grow', () => {
    fc.assert(
      fc.property(values, fc.float({ noNaN: true }), fc.float({ noNaN: true }), (given, a, b) => {
        const scale = { min: Math.min(a, b), max: Math.max(a, b) };
        const colors = paintValues(given.slice().sort(), scale, TABLE, GREY);
        const drawn = [...colors].filter(color => color !== GREY);
        expect(drawn.every(color => color >= 1 && color <= 256)).toBe(true);
        if (Number.isFinite(scale.max - scale.min)) {
          expect(drawn).toEqual(drawn.slice().sort((x, y) => x - y));
        }
        const grey = [...given].filter(v => !Number.isFinite(v)).length;
        expect(colors.length - drawn.length).toBe(grey);
      })
    );
  });

  it('of one value are the first', () => {
    const given = Float32Array.of(3, 3, NaN);
    expect([...paintValues(given, { min: 3, max: 3 }, TABLE, GREY)]).toEqual([1, 1, GREY]);
  });
});

describe('what has a logarithm', () => {
  it('has it, and the rest is missing', () => {
    const logs = logarithms(Float32Array.of(-1, -0, 0, 1, 10, Infinity, NaN));
    expect([...logs]).toEqual([NaN, NaN, NaN, 0, Math.fround(Math.log(10)), Infinity, NaN]);
  });

  it('is above zero', () => {
    fc.assert(
      fc.property(values, given => {
        const above = [...given].filter(v => v > 0);
        expect(positives(given)).toEqual({
          least: Math.min(Infinity, ...above),
          others: [...given].filter(v => v <= 0 && v > -Infinity).length
        });
      })
    );
  });
});
