import fc from 'fast-check';
import { expect, it } from 'vitest';

import { neighboursOf, Walk } from '../../src/cells/graph';

const N = 12;
const cell = fc.nat(N - 1);
const edges = fc.array(fc.tuple(cell, cell), { maxLength: 30 });

/** Cells within so many steps, by going over all edges as often. */
function naive(pairs: readonly (readonly [number, number])[], seed: number, steps: number, mask: Uint8Array): number[] {
  let reached = new Set([seed]);
  for (let step = 0; step < steps; step++) {
    const before = reached;
    reached = new Set(before);
    for (const [a, b] of pairs) {
      if (before.has(a) && mask[b] === 1) {
        reached.add(b);
      }
      if (before.has(b) && mask[a] === 1) {
        reached.add(a);
      }
    }
  }
  return [...reached].sort((a, b) => a - b);
}

const listsOf = (pairs: readonly (readonly [number, number])[]): ReturnType<typeof neighboursOf> =>
  neighboursOf(
    { sources: Uint32Array.from(pairs, ([a]) => a), targets: Uint32Array.from(pairs, ([, b]) => b) },
    N
  );

it('has the neighbours of each cell, both ways', () => {
  const { starts, cells } = listsOf([
    [0, 1],
    [0, 2],
    [2, 11]
  ]);
  const of = (one: number): number[] => [...cells.subarray(starts[one], starts[one + 1])].sort();
  expect([of(0), of(1), of(2), of(3), of(11)]).toEqual([[1, 2], [0], [0, 11], [], [2]]);
});

it('walks as far as a naive search does, forth and back, and not through hidden cells', () => {
  fc.assert(
    fc.property(
      edges,
      cell,
      fc.array(fc.nat(6), { minLength: 1, maxLength: 5 }),
      fc.uint8Array({ minLength: N, maxLength: N, max: 1 }),
      (pairs, seed, stops, mask) => {
        mask[seed] = 1;
        const walk = new Walk(listsOf(pairs), seed, mask);
        const open = new Walk(listsOf(pairs), seed, null);
        for (const steps of stops) {
          expect([...walk.within(steps)]).toEqual(naive(pairs, seed, steps, mask));
          expect([...open.within(steps)]).toEqual(naive(pairs, seed, steps, new Uint8Array(N).fill(1)));
        }
      }
    )
  );
});
