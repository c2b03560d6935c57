import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  assign,
  MOST_INTERSECTED,
  sharedCounts,
  type OverlapRule
} from '../../src/cells/overlap';

const N = 60;
const set = fc
  .uniqueArray(fc.nat(N - 1), { maxLength: 50 })
  .map(cells => Uint32Array.from(cells).sort());
const rule = fc.constantFrom<OverlapRule>('first', 'last', 'overlap-label', 'intersections');

/** What a cell's category is called, by the words of the rule. */
function naive(sets: readonly Uint32Array[], cell: number, how: OverlapRule): string | null {
  const inside = sets.flatMap((cells, i) => (cells.includes(cell) ? [i] : []));
  if (inside.length < 2) {
    return inside.length === 0 ? null : `${inside[0]}`;
  }
  return {
    first: `${inside[0]}`,
    last: `${inside.at(-1)}`,
    'overlap-label': 'overlap',
    intersections: inside.join()
  }[how];
}

describe('one category a cell', () => {
  it('is what the rule says', () => {
    fc.assert(
      fc.property(fc.array(set, { maxLength: 6 }), rule, fc.boolean(), (sets, how, uncovered) => {
        const { parts, counts, codes, missing } = assign(sets, N, how, uncovered);
        const names = parts.map(part => (typeof part === 'string' ? part : part.join()));
        const expected = Array.from(
          { length: N },
          (_, cell) => naive(sets, cell, how) ?? (uncovered ? 'uncovered' : null)
        );
        expect([...codes].map(code => names[code] ?? null)).toEqual(expected);
        expect(counts).toEqual(names.map(name => expected.filter(one => one === name).length));
        expect(missing).toBe(expected.filter(one => one === null).length);
        // Single sets have a category always, in their order; nothing else has one of no cells.
        expect(names.slice(0, sets.length)).toEqual(sets.map((_, i) => `${i}`));
        expect(counts.slice(sets.length)).not.toContain(0);
      })
    );
  });

  it('is none for the rest where there is no rest', () => {
    expect(assign([Uint32Array.of(0, 1)], 2, 'first', true).parts).toEqual([[0]]);
  });

  it('has codes as wide as there are categories', () => {
    const many = (count: number): Uint32Array[] =>
      Array.from({ length: count }, (_, i) => Uint32Array.of(i));
    expect(assign(many(253), 300, 'first', true).codes).toBeInstanceOf(Uint8Array);
    const wide = assign(many(254), 300, 'overlap-label', true);
    expect(wide.codes).toBeInstanceOf(Uint16Array);
    expect([wide.codes[253], wide.codes[299]]).toEqual([253, 254]);
    expect(assign(many(254), 300, 'last', false).codes[299]).toBe(0xffff);
  });

  it('has all combinations of twelve sets, and of no more', () => {
    const sets = Array.from({ length: MOST_INTERSECTED }, (_, place) =>
      Uint32Array.from({ length: 4096 }, (_, cell) => cell).filter(cell => (cell >> place) & 1)
    );
    const { parts, codes, missing } = assign(sets, 4096, 'intersections', false);
    expect([parts.length, new Set(codes).size, missing]).toEqual([4095, 4096, 1]);
    expect(parts.slice(11, 15)).toEqual([[11], [0, 1], [0, 2], [0, 3]]);
    expect(() => assign([...sets, sets[0]!], 4096, 'intersections', false)).toThrow(RangeError);
  });
});

it('shared cells are those in another set too', () => {
  fc.assert(
    fc.property(fc.array(set, { maxLength: 5 }), sets => {
      const expected = sets.map((cells, i) =>
        [...cells].filter(cell => sets.some((other, k) => k !== i && other.includes(cell)))
      );
      expect(sharedCounts(sets, N)).toEqual(expected.map(cells => cells.length));
    })
  );
});
