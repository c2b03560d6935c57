import fc from 'fast-check';
import { expect, it } from 'vitest';

import { distinctNames, shownLabels } from '../../src/state/labels';

it('names differ, and the first of a name keeps it', () => {
  expect(distinctNames(['a', 'a (2)', 'a', 'a', 'b'], ['b'])).toEqual([
    'a', 'a (2)', 'a (3)', 'a (4)', 'b (2)'
  ]);
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', 'a (2)')), names => {
      const given = distinctNames(names);
      expect(new Set(given).size).toBe(names.length);
      names.forEach((name, i) => {
        expect(given[i]!.startsWith(name)).toBe(true);
      });
    })
  );
});

it('what the data call so keeps its name, wherever it stands', () => {
  const given = new Map([['B', 'Mono'], ['NK', 'Mono'], ['gone', 'T']]);
  expect(shownLabels(['B', 'T', 'NK', 'Mono'], given)).toEqual(['Mono (2)', 'T', 'Mono (3)', 'Mono']);
  expect(shownLabels(['B', 'T'], given)).toEqual(['Mono', 'T']);
});
