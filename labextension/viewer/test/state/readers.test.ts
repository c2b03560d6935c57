import { describe, expect, it } from 'vitest';

import { readHighlights, readSteps, readViews } from '../../src/state/readers';
import type { Filter } from '../../src/state/types';
import { views } from '../filled';

const [live] = views;
const KIND = { source: 'obs', key: 'kind' } as const;

function withCamera(more: object): unknown {
  return [{ ...live, cameras: { 3: { ...live!.cameras[3], ...more } } }];
}

describe('a view', () => {
  it('has one filter of a kind and field', () => {
    const range: Filter = { kind: 'range', field: KIND, min: 0, max: 1, missing: false, enabled: true };
    const given = [
      { kind: 'category', field: KIND, hidden: ['NK'], enabled: true },
      { kind: 'category', field: KIND, hidden: ['B cell'], enabled: true },
      range,
      { ...range, field: { ...KIND, source: 'user' } },
      { ...range, max: 2 }
    ];
    const [read] = readViews([{ ...live, filters: given }], 'views');
    expect(read?.filters).toMatchObject([given[0], range, given[3]]);
  });

  it.each([
    [{ position: live!.cameras[3]!.target }, 'another place than the target'],
    [{ position: [1e308, 0, 0] }, 'numbers from -1000000 to 1000000'],
    [{ target: [0, -1e7, 0] }, 'numbers from -1000000 to 1000000'],
    [{ zoom: 1e308 }, 'at most 1000000'],
    [{ zoom: 0 }, 'above 0']
  ])('is not looked at from where there is no picture: %j', (camera, why) => {
    expect(() => readViews(withCamera(camera), 'views')).toThrow(why);
    expect(readViews(withCamera({}), 'views')).toHaveLength(1);
  });
});

describe('a recipe', () => {
  const step = { tool: 'lasso', operation: 'add', view: 'live', dimension: 2, detail: {} };

  it('of more steps than are kept has the first of them', () => {
    const steps = Array.from({ length: 1100 }, (_, i) => ({ ...step, detail: { i } }));
    const group = { id: 'g_1', type: 'lasso', label: 'G', enabled: true, recipe: steps };
    const page = { id: 'page_1', name: 'P', groups: [group] };
    const read = readHighlights({ pages: [page], activePageId: 'page_1' }, 'x', 'groups', () => ({
      cells: new Uint32Array(),
      extra: {}
    }));
    const { recipe } = read.pages[0]!.groups[0]!;
    expect(recipe).toEqual(steps.slice(0, 1000));
    expect(() => readSteps({}, 'steps')).toThrow('a list');
  });
});
