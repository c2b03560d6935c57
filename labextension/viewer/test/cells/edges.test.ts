import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visibleEdges } from '../../src/cells/edges';

const N = 12;
const cell = fc.integer({ min: 0, max: N - 1 });
const edges = fc.array(fc.tuple(cell, cell), { maxLength: 60 });
const mask = fc.option(fc.uint8Array({ minLength: N, maxLength: N, max: 1 }), { nil: null });

describe('visibleEdges', () => {
  it('is what a plain loop over edges and masks gives', () => {
    fc.assert(
      fc.property(edges, mask, mask, (all, first, second) => {
        const seen = (row: number): boolean => first?.[row] !== 0 && second?.[row] !== 0;
        const expected = all.filter(([a, b]) => seen(a) && seen(b));
        const sources = Uint32Array.from(all, ([a]) => a);
        const targets = Uint32Array.from(all, ([, b]) => b);
        const { pairs, total } = visibleEdges(sources, targets, [first, second], 1000);
        expect([...pairs]).toEqual(expected.flat());
        expect(total).toBe(expected.length);
      })
    );
  });

  it('takes as many as there may be, from all over', () => {
    const sources = Uint16Array.from({ length: 100 }, (_, i) => i);
    const targets = Uint16Array.from({ length: 100 }, (_, i) => i + 1);
    const visible = new Uint8Array(101).fill(1);
    visible[50] = 0;
    const { pairs, total } = visibleEdges(sources, targets, [visible, null], 7);
    expect(total).toBe(98);
    const taken = [...pairs].filter((_, i) => i % 2 === 0);
    expect(taken).toHaveLength(7);
    const steps = taken.slice(1).map((row, i) => row - taken[i]!);
    expect(Math.max(...steps)).toBeLessThanOrEqual(16);
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(13);
  });
});
