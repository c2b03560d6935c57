import { beforeEach, describe, expect, it } from 'vitest';

import type { App } from '../../src/state/app';
import { selectNames, selectWhere } from '../../src/state/by-name';
import { confirmCandidate } from '../../src/state/confirm';
import { renameField } from '../../src/state/field-edits';
import { toggleCategory } from '../../src/state/filters';
import { activateView, keepView } from '../../src/state/layout';
import { KINDS, openFixture } from '../fixture';

const KIND = { source: 'obs', key: 'kind' } as const;
const N = 20;
const rows = (holds: (row: number) => boolean): number[] =>
  Array.from({ length: N }, (_, row) => row).filter(holds);
const isKind = (name: string) => (row: number) => KINDS[row % 4] === name;

let app: App;

beforeEach(async () => {
  app = await openFixture(N);
});

const candidate = (): number[] | null => app.candidate.value.cells && [...app.candidate.value.cells];

describe('a condition', () => {
  it.each<[string, (row: number) => boolean]>([
    ['CD3E > 1', row => row % 3 > 1],
    ['score <= 7', row => row > 0 && row <= 7],
    ['score != 7', row => row > 0 && row !== 7],
    ['kind == "T cell"', isKind('T cell')],
    ['kind != "T cell"', row => row % 4 < 3 && !isKind('T cell')(row)],
    ['CD3E > 0 & (kind == NK | score < 5)', row => row % 3 > 0 && (isKind('NK')(row) || (row > 0 && row < 5))],
    ['var:CD3E > 1 & obs:score >= 10', row => row % 3 > 1 && row >= 10]
  ])('%s takes the cells that meet it', async (typed, holds) => {
    expect(await selectWhere(app, typed, 'replace')).toBe(rows(holds).length);
    expect(candidate()).toEqual(rows(holds));
  });

  it('takes visible cells only, joins, and is told', async () => {
    await selectWhere(app, 'score > 15', 'replace');
    toggleCategory(app, KIND, 'B cell', false);
    const shown = (row: number): boolean => !isKind('B cell')(row);
    await selectWhere(app, ' score <= 2 ', 'add');
    expect(candidate()).toEqual(rows(row => row > 15 || (row > 0 && row <= 2 && shown(row))));
    expect(app.candidate.value.steps[1]).toMatchObject({
      tool: 'by-name',
      operation: 'add',
      detail: {
        condition: 'score <= 2',
        fields: [{ source: 'obs', key: 'score' }],
        filters: [{ kind: 'category', hidden: ['B cell'] }]
      }
    });
  });

  it.each<[string, string]>([
    ['cd3e > 1', 'There is no field or gene “cd3e”. Did you mean “CD3E”?'],
    ['nothing > 1', 'There is no field or gene “nothing”.'],
    ['kind > 1', 'use == or !='],
    ['kind == "Tcell"', 'has no category “Tcell”. It has “B cell”, “T cell”, “NK”.'],
    ['score > many', 'give a number'],
    ['score > "1"', 'give a number']
  ])('%s is refused, and nothing changes', async (typed, words) => {
    await expect(selectWhere(app, typed, 'replace')).rejects.toThrow(words);
    expect(candidate()).toBeNull();
  });

  it('goes by the names that a person gave', async () => {
    app.changes.change('rename', () =>
      app.slots.fields.set({
        ...app.slots.fields.signal.value,
        names: new Map([['obs:kind', 'Cell type']]),
        categories: new Map([['obs:kind', new Map([['NK', 'Killer']])]])
      })
    );
    await selectWhere(app, '"Cell type" == Killer', 'replace');
    expect(candidate()).toEqual(rows(isKind('NK')));
  });

  it('finds genes by the names they have now', async () => {
    renameField(app, { source: 'var', key: 'CD3E' }, 'stem');
    renameField(app, { source: 'var', key: 'HLA-A/B' }, 'CD3E');
    await selectWhere(app, 'stem > 1', 'replace');
    expect(candidate()).toEqual(rows(row => row % 3 > 1));
    expect(await selectWhere(app, 'CD3E > 0', 'replace')).toBe(0);
    await expect(selectWhere(app, 'Stem > 1', 'replace')).rejects.toThrow('Did you mean “stem”?');
  });

  it('takes the cells that are visible in the view it was typed in', async () => {
    const taken = selectWhere(app, 'score > 15', 'replace');
    keepView(app);
    const kept = app.views.value.at(-1)!.id;
    activateView(app, kept);
    toggleCategory(app, KIND, 'NK', false);
    await taken;
    expect(app.activeView.value.id).toBe(kept);
    expect(app.candidate.value.steps[0]).toMatchObject({ view: 'live', detail: { filters: [] } });
    expect(candidate()).toEqual(rows(row => row > 15));
  });

  it('needs its columns no longer than it reads them', async () => {
    await selectWhere(app, 'CD3E > 1', 'replace');
    expect([...app.shown.columns.value.keys()]).not.toContain('var:CD3E');
  });
});

describe('names', () => {
  it('take their cells, and tell what is unknown or given twice', async () => {
    const told = await selectNames(app, ['cell-3', 'cell-1', 'nobody', 'cell-3'], 'replace');
    expect(told).toMatchObject({ unknown: ['nobody'], shared: [], repeated: 1 });
    expect(candidate()).toEqual([1, 3]);
    expect(confirmCandidate(app)).toMatchObject({
      type: 'annotation',
      recipe: [{ tool: 'by-name', detail: { names: ['cell-3', 'cell-1', 'nobody'] } }]
    });
  });

  it('that nobody has change nothing', async () => {
    await selectNames(app, ['cell-3'], 'replace');
    await selectNames(app, ['nobody'], 'replace');
    expect(candidate()).toEqual([3]);
  });
});
