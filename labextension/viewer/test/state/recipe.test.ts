import { beforeEach, describe, expect, it } from 'vitest';

import type { App } from '../../src/state/app';
import { previewCandidate, stepCandidate } from '../../src/state/candidate';
import { renameCategory } from '../../src/state/category-edits';
import { filtersOn, kindOf, labelOf } from '../../src/state/recipe';
import type { Filter, Group, RecipeStep, SetOperation } from '../../src/state/types';
import { openFixture } from '../fixture';

const KIND = { source: 'obs', key: 'kind' } as const;

let app: App;

beforeEach(async () => {
  app = await openFixture(20);
});

function step(tool: string, detail: RecipeStep['detail'] = {}, operation: SetOperation = 'replace'): RecipeStep {
  return { tool, operation, view: 'live', dimension: 2, detail };
}

function group(recipe: readonly RecipeStep[]): Group {
  const cells = Uint32Array.of(1);
  return { id: 'highlight_1', type: 'knn', label: 'A', enabled: true, color: null, cells, recipe, extra: {} };
}

describe('what a selection is', () => {
  it.each<[readonly RecipeStep[], string]>([
    [[step('lasso')], 'lasso'],
    [[step('proximity'), step('proximity', {}, 'add')], 'proximity'],
    [[step('knn')], 'knn'],
    [[step('by-name')], 'annotation'],
    [[step('lasso'), step('knn', {}, 'add')], 'combined'],
    [[step('somebody’s own')], 'combined'],
    [[step('annotation', { field: KIND, category: 'NK' }), step('annotation', { field: KIND, category: 'B cell' }, 'add')], 'annotation'],
    [[step('annotation', { field: 'kind', category: 'NK' })], 'annotation'],
    [[step('annotation', { field: KIND })], 'annotation'],
    [[], 'combined']
  ])('%j is %s', (steps, type) => {
    expect(kindOf(app, steps)).toEqual({ type, extra: {} });
  });

  it('is a category or a range, told as sessions do', () => {
    expect(kindOf(app, [step('annotation', { field: KIND, category: 'NK' })])).toEqual({
      type: 'category',
      extra: { fieldKey: 'kind', fieldSource: 'obs', categoryName: 'NK' }
    });
    const field = { source: 'var', key: 'CD3E' };
    expect(kindOf(app, [step('annotation', { field, value: 1, min: 0.5, max: 1.5 })])).toEqual({
      type: 'range',
      extra: { fieldKey: 'CD3E', fieldSource: 'var', rangeMin: 0.5, rangeMax: 1.5 }
    });
  });

  it.each<[readonly RecipeStep[], string]>([
    [[step('annotation', { field: KIND, category: 'NK' })], 'Killer (2 cells)'],
    [[step('annotation', { field: KIND, min: 0, max: 1 })], 'Range (2 cells)'],
    [[step('composition', { field: 'kind', category: 'Killer' })], 'Killer (2 cells)'],
    [[step('composition', { category: 'a' }), step('composition', { category: 'b' }, 'add')], 'Composition (2 cells)'],
    [[step('scatter')], 'Scatter (2 cells)'],
    [[step('by-name')], 'By name (2 cells)'],
    [[step('scatter', {}, 'add')], 'Combined (2 cells)'],
    [[step('scatter'), step('lasso', {}, 'add')], 'Combined (2 cells)'],
    [[step('constructor')], 'Combined (2 cells)'],
    [[], 'Combined (2 cells)']
  ])('is called after its category, or after what made it: %j', (steps, label) => {
    renameCategory(app, KIND, 'NK', 'Killer');
    expect(labelOf(app, steps, kindOf(app, steps).type, 2)).toBe(label);
  });

  it('goes on from the group it was taken from', () => {
    const known = group([step('lasso')]);
    expect(kindOf(app, [], known).type).toBe('knn');
    expect(kindOf(app, [step('lasso', {}, 'add')], group([])).type).toBe('combined');
    expect(kindOf(app, [step('lasso')], group([])).type).toBe('lasso');
  });
});

it('tells the filters that were on, hidden cells by their number', () => {
  const filters: Filter[] = [
    { kind: 'range', field: { source: 'obs', key: 'score' }, min: 1, max: 5, missing: true, enabled: true },
    { kind: 'category', field: KIND, hidden: ['NK'], missing: false, enabled: false },
    { kind: 'cells', hidden: Uint32Array.of(2, 3), enabled: true }
  ];
  app.changes.change('filter', () => app.slots.views.set([{ ...app.activeView.value, filters }]));
  expect(filtersOn(app, 'live')).toEqual([filters[0], { kind: 'cells', count: 2 }]);
});

it.each<[SetOperation, number[] | null, number[]]>([
  ['replace', [3, 4], [3, 4]],
  ['intersect', [3, 4], [3]],
  ['add', [3, 4], [1, 3, 4]],
  ['remove', null, [1]]
])('a preview of %s shows what the step would make, and changes nothing', (operation, first, then) => {
  const cells = Uint32Array.of(3, 4);
  expect(previewCandidate(app, cells, operation)).toBe(first?.length ?? 0);
  expect(app.preview.value && [...app.preview.value]).toEqual(first);
  stepCandidate(app, Uint32Array.of(1, 3), step('lasso'));
  expect(app.preview.value).toBeNull();
  expect(previewCandidate(app, cells, operation)).toBe(then.length);
  expect([...app.preview.value!]).toEqual(then);
  expect([...app.candidate.value.cells!]).toEqual([1, 3]);
  stepCandidate(app, cells, step('lasso', {}, operation));
  expect([...app.candidate.value.cells!]).toEqual(then);
});
