import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { matchNames, moveCells, moveCodes, RepeatedName, type Match } from '../../src/cells/places';

const bytes = (names: readonly string[]): Uint8Array =>
  new TextEncoder().encode(names.map(name => `${name}\n`).join(''));

function match(first: Uint8Array, second: Uint8Array): Match {
  const matching = matchNames(first, second);
  for (;;) {
    const step = matching.next();
    if (step.done === true) {
      return step.value;
    }
  }
}

const names = fc.uniqueArray(fc.string({ maxLength: 4 }).filter(name => !name.includes('\n')), {
  maxLength: 30
});

describe('names of two lists', () => {
  it('are matched as looking each up would', () => {
    fc.assert(
      fc.property(names, names, (first, second) => {
        const { places, found } = match(bytes(first), bytes(second));
        expect([...places]).toEqual(first.map(name => second.indexOf(name)));
        expect(found).toBe(first.filter(name => second.includes(name)).length);
      })
    );
  });

  it('are looked at in slices, which tear no name apart', () => {
    const many = Array.from({ length: 50_000 }, (_, i) => `cell-é-${i}`);
    const turned = [...many].reverse();
    expect([...matchNames(bytes(many), bytes(turned))].length).toBeGreaterThan(8);
    const { places, found } = match(bytes(many), bytes(turned));
    expect([found, places[0], places[49_999]]).toEqual([50_000, 49_999, 0]);
  });

  it.each([
    ['first', ['a', 'b', 'a'], ['a']],
    ['second', ['a'], ['x', 'b', 'x']],
    ['second', ['a'], ['a', 'a']]
  ] as const)('are refused where one stands twice in the %s', (list, first, second) => {
    expect(() => match(bytes(first), bytes(second))).toThrow(RepeatedName);
    expect(() => match(bytes(first), bytes(second))).toThrow(list);
  });

  it('are refused where they are no list of names', () => {
    expect(() => match(new TextEncoder().encode('a\nb'), bytes(['a']))).toThrow('has no end');
    expect(() => match(Uint8Array.of(0xff, 10), bytes(['a']))).toThrow(TypeError);
  });
});

describe('what is told of cells', () => {
  const moved = fc.integer({ min: 1, max: 40 }).chain(n =>
    fc.record({
      n: fc.constant(n),
      // A place each, or none.
      places: fc.uniqueArray(fc.integer({ min: -40, max: n - 1 }), { maxLength: 40 }),
      codes: fc.array(fc.nat(255), { minLength: 40, maxLength: 40 })
    })
  );

  it('goes with them', () => {
    fc.assert(
      fc.property(moved, ({ n, places: given, codes }) => {
        const places = Int32Array.from(given, place => Math.max(-1, place));
        const cells = Uint32Array.from(places.keys()).filter(cell => cell % 3 !== 1);
        const to = [...cells].map(cell => places[cell]!).filter(place => place >= 0);
        expect([...moveCells(cells, places, n)]).toEqual(to.sort((a, b) => a - b));
        const old = Uint8Array.from(codes.slice(0, places.length));
        const expected = Array<number>(n).fill(0xffff);
        places.forEach((place, cell) => {
          if (place >= 0) {
            expected[place] = old[cell]!;
          }
        });
        expect([...moveCodes(old, places, n)]).toEqual(expected);
      })
    );
  });

  it('is left out of a cell that the list does not have', () => {
    expect([...moveCells(Uint32Array.of(0, 7), Int32Array.of(2, 1), 3)]).toEqual([2]);
  });
});
