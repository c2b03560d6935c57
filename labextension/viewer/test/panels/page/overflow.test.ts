import { expect, it } from 'vitest';

import { fitting, type ActionGroup } from '../../../src/panels/page/overflow';

const icons = (many: number): ActionGroup => ({
  label: 'group',
  actions: Array.from({ length: many }, (_, i) => ({
    label: `${i}`,
    face: { icon: 'help' },
    act: () => undefined
  }))
});

it('puts in the menu what does not fit beside it, from the end', () => {
  const groups = [icons(2), icons(3), icons(1)];
  // 68, 98 and 38 pixels, and 30 for the menu.
  expect([1000, 204, 203, 196, 195, 98, 97, 0].map(room => fitting(groups, room).many)).toEqual([
    3, 3, 2, 2, 1, 1, 0, 0
  ]);
  expect([274, 273].map(room => fitting(groups, room).spacious)).toEqual([true, false]);
});
