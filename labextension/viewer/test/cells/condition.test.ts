import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { cellsOfMask } from '../../src/cells/cellset';
import { joinMasks, maskOfCode, maskOfComparison, type Sign } from '../../src/cells/condition';
import { cellsNamed } from '../../src/cells/names';
import { cellsOfCode, cellsOfRange } from '../../src/cells/values';

const value = fc.oneof(fc.float(), fc.integer({ min: -2, max: 2 }), fc.constant(NaN));
const values = fc.array(value, { maxLength: 30 }).map(list => Float32Array.from(list));
const codes = fc.uint8Array({ max: 5, maxLength: 30 });
const mask = fc.uint8Array({ max: 1, minLength: 30, maxLength: 30 });

const where = (list: ArrayLike<number>, holds: (value: number, cell: number) => boolean): number[] =>
  Array.from(list).flatMap((one, cell) => (holds(one, cell) ? [cell] : []));

describe('values', () => {
  it('are compared as a naive loop does, and missing ones never hold', () => {
    const naive: Record<Sign, (a: number, b: number) => boolean> = {
      '>': (a, b) => a > b,
      '>=': (a, b) => a >= b,
      '<': (a, b) => a < b,
      '<=': (a, b) => a <= b,
      '==': (a, b) => a === b,
      '!=': (a, b) => a !== b
    };
    fc.assert(
      fc.property(values, fc.integer({ min: -2, max: 2 }), (list, limit) => {
        for (const [sign, holds] of Object.entries(naive)) {
          const cells = cellsOfMask(maskOfComparison(list, sign as Sign, limit));
          expect([...cells]).toEqual(where(list, one => !Number.isNaN(one) && holds(one, limit)));
        }
      })
    );
  });

  it('are what was typed: 0.1 is 0.1', () => {
    expect([...maskOfComparison(Float32Array.of(0.1), '<=', 0.1)]).toEqual([1]);
    expect([...maskOfComparison(Float32Array.of(0.1), '==', 0.1)]).toEqual([1]);
  });

  it('lie in a range, both ends included', () => {
    fc.assert(
      fc.property(values, mask, fc.integer({ min: -2, max: 2 }), fc.nat(2), (list, shown, min, more) => {
        const inside = (one: number): boolean => one >= min && one <= min + more;
        expect([...cellsOfRange(list, min, min + more)]).toEqual(where(list, inside));
        expect([...cellsOfRange(list, min, min + more, shown)]).toEqual(
          where(list, (one, cell) => inside(one) && shown[cell] === 1)
        );
      })
    );
  });
});

describe('categories', () => {
  it('are taken, or all others; codes beyond them are missing', () => {
    fc.assert(
      fc.property(codes, mask, fc.nat(3), (list, shown, code) => {
        const same = (one: number): boolean => one === code;
        expect([...cellsOfCode(list, code)]).toEqual(where(list, same));
        expect([...cellsOfCode(list, code, shown)]).toEqual(
          where(list, (one, cell) => same(one) && shown[cell] === 1)
        );
        expect([...cellsOfMask(maskOfCode(list, code, 4, true))]).toEqual(where(list, same));
        expect([...cellsOfMask(maskOfCode(list, code, 4, false))]).toEqual(
          where(list, one => one < 4 && one !== code)
        );
      })
    );
  });
});

it('masks are joined cell by cell', () => {
  fc.assert(
    fc.property(mask, mask, (a, b) => {
      expect([...joinMasks(a, b, 'all')]).toEqual(Array.from(a, (one, i) => Math.min(one, b[i]!)));
      expect([...joinMasks(a, b, 'any')]).toEqual(Array.from(a, (one, i) => Math.max(one, b[i]!)));
    })
  );
});

it('names are found, the unknown and the shared told', () => {
  const bytes = new TextEncoder().encode('AAA-1\nÄ b\nAAA-1\n\nT,x\n').buffer;
  expect(cellsNamed(bytes, new Set(['T,x', 'AAA-1', 'nobody', 'Ä b']))).toEqual({
    cells: Uint32Array.of(0, 1, 2, 4),
    unknown: ['nobody'],
    shared: ['AAA-1']
  });
});
