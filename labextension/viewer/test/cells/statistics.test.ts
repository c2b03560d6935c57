import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { binCounts, binOf, cellsInBin } from '../../src/cells/bins';
import { allCells, cellsOfMask } from '../../src/cells/cellset';
import { cellsWithCode, countCodes } from '../../src/cells/counts';
import { contrast, median, standardised } from '../../src/cells/moments';

const floats = fc.array(
  fc.oneof(fc.integer({ min: -50, max: 50 }), fc.constantFrom(NaN, Infinity, -Infinity, 0.5)),
  { maxLength: 60 }
);
const bits = (length: number): fc.Arbitrary<number[]> =>
  fc.array(fc.constantFrom(0, 1), { minLength: length, maxLength: length });
const valuesAndSet = floats.chain(values => fc.tuple(fc.constant(values), bits(values.length)));

const rows = (set: readonly number[]): Uint32Array =>
  Uint32Array.from(set.flatMap((bit, i) => (bit ? [i] : [])));

function near(found: number, wanted: number): void {
  if (Number.isNaN(wanted)) {
    expect(found).toBeNaN();
  } else {
    expect(found).toBeCloseTo(wanted, 4);
  }
}

describe('sets of cells', () => {
  it('come out of a mask', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 1)), set => {
        expect(cellsOfMask(Uint8Array.from(set))).toEqual(rows(set));
      })
    );
    expect(allCells(3)).toEqual(Uint32Array.of(0, 1, 2));
  });

  it('are counted by category, missing values last', () => {
    const codes = fc.array(fc.constantFrom(0, 1, 2, 3, 255), { maxLength: 40 });
    fc.assert(
      fc.property(codes.chain(c => fc.tuple(fc.constant(c), bits(c.length))), ([given, set]) => {
        const cells = rows(set);
        const counts = countCodes(Uint8Array.from(given), 3, cells);
        const plain = [0, 1, 2].map(code => [...cells].filter(cell => given[cell] === code));
        const missing = [...cells].filter(cell => given[cell]! > 2);
        expect([...counts]).toEqual([...plain, missing].map(found => found.length));
        [...plain, missing].forEach((found, code) =>
          expect([...cellsWithCode(Uint8Array.from(given), 3, cells, code)]).toEqual(found)
        );
      })
    );
    expect([...countCodes(Uint8Array.of(1, 1, 9), 2, null)]).toEqual([0, 2, 1]);
  });
});

describe('values', () => {
  it('have the mean, spread and median of those that are numbers', () => {
    fc.assert(
      fc.property(valuesAndSet, ([values, set]) => {
        const all = Float32Array.from(values);
        const { inside, outside } = contrast(all, Uint8Array.from(set));
        for (const [found, wanted] of [[inside, 1], [outside, 0]] as const) {
          const numbers = values.filter((v, i) => set[i] === wanted && Number.isFinite(v));
          const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length;
          const squares = numbers.reduce((a, b) => a + (b - mean) ** 2, 0);
          expect(found.n).toBe(numbers.length);
          near(found.mean, mean);
          near(found.sd, numbers.length > 1 ? Math.sqrt(squares / (numbers.length - 1)) : NaN);
          const cells = rows(set.map(bit => (bit === wanted ? 1 : 0)));
          const sorted = [...numbers].sort((a, b) => a - b);
          expect(median(all, cells)).toBe(sorted[(sorted.length - 1) >> 1] ?? NaN);
        }
      })
    );
  });

  it('keep their spread far from zero', () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => 1e7 + (i % 4));
    const { inside } = contrast(values, new Uint8Array(1000).fill(1));
    expect(inside.sd).toBeCloseTo(Math.sqrt(1.25 * (1000 / 999)), 6);
  });

  it('differ in units of their spread', () => {
    const part = { n: 9, mean: 3, sd: 2 };
    expect(standardised({ inside: part, outside: { ...part, mean: 5 } })).toBe(-1);
    expect(standardised({ inside: { ...part, sd: 0 }, outside: { ...part, sd: 0 } })).toBeNaN();
  });

  it('fall into the bins that have them, each once', () => {
    fc.assert(
      fc.property(valuesAndSet, fc.integer({ min: 1, max: 9 }), ([values, set], bins) => {
        const all = Float32Array.from(values);
        const cells = rows(set);
        const counts = binCounts(all, cells, -50, 50, bins);
        const found = Array.from(counts, (_, bin) =>
          cellsInBin(all, cells, -50, 50, bins, bin)
        );
        expect(found.map(cellsOf => cellsOf.length)).toEqual([...counts]);
        const inRange = [...cells].filter(cell => Number.isFinite(values[cell]));
        expect(found.flatMap(cellsOf => [...cellsOf]).sort((a, b) => a - b)).toEqual(inRange);
        found.forEach((cellsOf, bin) => {
          const low = -50 + (100 * bin) / bins;
          for (const cell of cellsOf) {
            expect(values[cell]).toBeGreaterThanOrEqual(low - 1e-9);
            expect(values[cell]).toBeLessThanOrEqual(low + 100 / bins + 1e-9);
          }
        });
      })
    );
    expect(binOf(5, 5, 5, 4)).toBe(0);
    expect(binOf(NaN, 0, 1, 4)).toBe(-1);
  });
});
