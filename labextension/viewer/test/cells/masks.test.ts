import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  countCodesOfOthers,
  countMask,
  maskOfCodes,
  maskOfNone,
  maskOfRange,
  maskUpTo,
  maskWithout,
  missedAlone,
  misses
} from '../../src/cells/masks';

const value = fc.oneof(
  fc.float(),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(NaN, Infinity, -Infinity, -0)
);
const values = fc.array(value, { maxLength: 50 }).map(list => Float32Array.from(list));
const bound = fc.oneof(fc.float({ noNaN: true }), fc.integer({ min: -3, max: 3 }));

/** Masks of one length, 0 to 40 cells. */
const masks = fc.integer({ min: 0, max: 40 }).chain(n =>
  fc
    .array(fc.array(fc.boolean(), { minLength: n, maxLength: n }), { maxLength: 5 })
    .map(list => ({ n, masks: list.map(bits => Uint8Array.from(bits, Number)) }))
);

function bits(n: number, passes: (cell: number) => boolean): number[] {
  return Array.from({ length: n }, (_, cell) => (passes(cell) ? 1 : 0));
}

describe('a mask', () => {
  it('of a range has both ends and no missing value', () => {
    fc.assert(
      fc.property(values, bound, bound, (given, min, max) => {
        const naive = bits(given.length, i => {
          const v = given[i]!;
          return !Number.isNaN(v) && v >= min && v <= max;
        });
        expect([...maskOfRange(given, min, max)]).toEqual(naive);
        const rest = naive.map((bit, i) => (Number.isFinite(given[i]!) ? bit : 1));
        expect([...maskOfRange(given, min, max, true)]).toEqual(rest);
      })
    );
    expect([...maskOfRange(Float32Array.of(0.1, 0.2, NaN), Math.fround(0.1), 0.1)]).toEqual([0, 0, 0]);
    expect([...maskOfRange(Float32Array.of(0.1, 0.2), Math.fround(0.1), Math.fround(0.1))]).toEqual([1, 0]);
  });

  it('of outliers passes what has no score', () => {
    fc.assert(
      fc.property(values, bound, (given, most) => {
        const naive = bits(given.length, i => Number.isNaN(given[i]!) || given[i]! <= most);
        expect([...maskUpTo(given, most)]).toEqual(naive);
      })
    );
  });

  it('of categories passes codes of no category, or hides them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 255 })),
        fc.array(fc.boolean(), { maxLength: 8 }),
        fc.boolean(),
        (codes, hides, rest) => {
          const naive = bits(codes.length, i =>
            codes[i]! < hides.length ? !hides[codes[i]!]! : !rest
          );
          const table = Uint8Array.from(hides, Number);
          const mask = maskOfCodes(Uint8Array.from(codes), table, rest ? 1 : 0);
          expect([...mask]).toEqual(naive);
        }
      )
    );
  });

  it('without cells passes the others', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 30 })), hidden => {
        const naive = bits(31, i => !hidden.includes(i));
        expect([...maskWithout(Uint32Array.from(hidden).sort(), 31)]).toEqual(naive);
      })
    );
  });
});

describe('masks together', () => {
  it('pass what each passes, and count what each takes away by itself', () => {
    fc.assert(
      fc.property(masks, fc.nat(), fc.nat(), ({ n, masks: all }, from, to) => {
        // Some of them first, then others: what was counted before must not matter.
        const before = misses(all.slice(from % 6), n, null);
        const given = all.slice(0, to % 6);
        for (const missed of [misses(given, n, null), misses(given, n, before)]) {
          const naive = bits(n, i => given.every(mask => mask[i] === 1));
          expect([...maskOfNone(missed)]).toEqual(naive);
          expect(countMask(maskOfNone(missed), n)).toBe(naive.filter(bit => bit === 1).length);
          const alone = given.map(mask => {
            const others = given.filter(other => other !== mask);
            return bits(n, i => mask[i] === 0 && others.every(other => other[i] === 1));
          });
          expect(missedAlone(missed)).toEqual(alone.map(list => list.filter(bit => bit).length));
        }
      })
    );
    expect(countMask(null, 7)).toBe(7);
  });

  it('hold for more than a byte counts', () => {
    const none = Array.from({ length: 256 }, () => new Uint8Array(3));
    const many = misses(none, 3, null);
    expect([...maskOfNone(many)]).toEqual([0, 0, 0]);
    expect([...misses(none.slice(2), 3, many).counts]).toEqual([254, 254, 254]);
    expect([...misses(none, 3, misses(none.slice(2), 3, null)).counts]).toEqual([256, 256, 256]);
  });

  it('leave categories the cells that all but one pass', () => {
    const given = masks.chain(({ n, masks }) =>
      fc.record({
        masks: fc.constant(masks),
        codes: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: n, maxLength: n })
      })
    );
    fc.assert(
      fc.property(given, ({ masks, codes }) => {
        const missed = misses(masks, codes.length, null);
        for (const except of [...masks, null]) {
          const others = masks.filter(mask => mask !== except);
          const naive = [0, 0, 0, 0, 0];
          codes.forEach((code, i) => {
            if (others.every(mask => mask[i] === 1)) {
              naive[Math.min(code, 4)]!++;
            }
          });
          expect([...countCodesOfOthers(codes, 4, missed, except)]).toEqual(naive);
        }
      })
    );
    expect([...countCodesOfOthers([0, 3, 1, 1], 2, null, null)]).toEqual([1, 2, 1]);
  });
});
