import { expect, it } from 'vitest';
import { findNames } from '../../../src/panels/fields/find';

it('finds an equal name first, then beginnings, then parts, in their order', () => {
  const names = ['ZCD3', 'CD3E', 'cd3', 'CD3D', 'LYZ', 'ACD3B'];
  expect(findNames(names, 'cd3', 10)).toEqual(['cd3', 'CD3E', 'CD3D', 'ZCD3', 'ACD3B']);
  expect(findNames(names, 'CD3', 2)).toEqual(['cd3', 'CD3E']);
  expect(findNames(names, '', 10)).toEqual([]);
  expect(findNames(names, 'none', 10)).toEqual([]);
});
