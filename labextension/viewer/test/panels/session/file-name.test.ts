import { expect, it } from 'vitest';

import { fileNameProblem, proposedName, wholeName } from '../../../src/panels/session/file-name';

it('proposes the time as clocks show it, which is a name that can be had', () => {
  const name = proposedName(new Date(2026, 0, 2, 3, 4, 5));
  expect(name).toBe('cellucid-session-2026-01-02T03-04-05.cellucid-session');
  expect(fileNameProblem(name)).toBeNull();
  expect(wholeName(name)).toBe(name);
});

it('gives a name its end, once', () => {
  expect(wholeName(' mine ')).toBe('mine.cellucid-session');
  expect(wholeName('mine.CELLUCID-SESSION')).toBe('mine.CELLUCID-SESSION');
  expect(wholeName('mine.v2')).toBe('mine.v2.cellucid-session');
});

it.each([
  ['', 'type one'],
  ['  ', 'type one'],
  ['.cellucid-session', 'type one'],
  ['a/b', '“/”'],
  ['..\\a', '“\\”'],
  ['a\u0000', 'leave it out'],
  ['.hidden', 'dot'],
  ['x'.repeat(201), 'at most 200']
])('takes no %j', (name, words) => {
  expect(fileNameProblem(name)).toContain(words);
});
