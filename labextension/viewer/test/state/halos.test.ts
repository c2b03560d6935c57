import { expect, it } from 'vitest';

import { halosOf, MOST_HALOS } from '../../src/state/halos';
import type { Group, Page } from '../../src/state/types';

function group(color: string | null, cells: number[], enabled = true): Group {
  return {
    id: `highlight_${cells.join('_')}`,
    type: 'combined',
    label: '',
    enabled,
    color,
    cells: Uint32Array.from(cells),
    recipe: [],
    extra: {}
  };
}

function halos(...groups: Group[]): [string, number[]][] {
  const page: Page = { id: 'page_1', name: '', color: '#111111', groups };
  return halosOf(page, 100).map(({ color, cells }) => [color, [...cells]]);
}

it('joins groups of a colour, the page’s first', () => {
  const made = halos(group('#222222', [5]), group(null, [9, 10]), group('#222222', [1, 5]));
  expect(made).toEqual([
    ['#111111', [9, 10]],
    ['#222222', [1, 5]]
  ]);
});

it('leaves out what is not shown', () => {
  expect(halos(group('#222222', [5], false), group(null, []))).toEqual([]);
});

it('shows all cells, however many colours there are', () => {
  const many = Array.from({ length: 20 }, (_, i) => group(`#0000${10 + i}`, [i]));
  const made = halos(...many);
  expect(made).toHaveLength(MOST_HALOS);
  expect(made[0]![0]).toBe('#111111');
  expect(made.flatMap(([, cells]) => cells).sort((a, b) => a - b)).toEqual(many.map((_, i) => i));
});
