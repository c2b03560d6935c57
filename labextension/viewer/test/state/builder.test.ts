import { beforeEach, describe, expect, it } from 'vitest';

import type { App } from '../../src/state/app';
import { buildField, draftOf, freeName, planProblem, type Plan } from '../../src/state/builder';
import { addGroup, renameGroup, setGroupColor, setGroupEnabled } from '../../src/state/groups';
import { activatePage, addPage, deletePage, renamePage, setPageColor } from '../../src/state/pages';
import { redo, undo } from '../../src/state/undo';
import { openFixture } from '../fixture';

const N = 8;
let app: App;

/** A: 0 1 2 3, B: 2 3 4, C: 3, of eight cells. */
beforeEach(async () => {
  app = await openFixture(N);
  addGroup(app, 'lasso', 'a', Uint32Array.of(0, 1, 2));
  addGroup(app, 'lasso', 'a2', Uint32Array.of(3));
  addPage(app);
  addGroup(app, 'lasso', 'b', Uint32Array.of(2, 3, 4));
  addPage(app);
  addGroup(app, 'lasso', 'c', Uint32Array.of(3));
  ['A', 'B', 'C'].forEach((name, i) => renamePage(app, `page_${i + 1}`, name));
});

const PAGES: Plan = {
  name: 'cell type',
  from: { kind: 'pages', ids: ['page_1', 'page_2', 'page_3'] },
  rule: 'first',
  overlapLabel: 'both',
  uncoveredLabel: null
};

/** The label of each cell, and the count of each category. */
function drawn(plan: Partial<Plan>): [string, Record<string, number>, number] {
  const draft = draftOf(app, { ...PAGES, ...plan })!;
  const labels = [...draft.codes].map(code => draft.categories[code]?.label ?? '-');
  const counts = Object.fromEntries(draft.categories.map(({ label, count }) => [label, count]));
  return [labels.join(' '), counts, draft.missing];
}

describe('a plan', () => {
  it('follows its rule', () => {
    expect(drawn({})).toEqual(['A A A A B - - -', { A: 4, B: 1, C: 0 }, 3]);
    expect(drawn({ rule: 'last' })).toEqual(['A A B C B - - -', { A: 2, B: 2, C: 1 }, 3]);
    expect(drawn({ rule: 'overlap-label' })).toEqual([
      'A A both both B - - -',
      { A: 2, B: 1, C: 0, both: 2 },
      3
    ]);
    expect(drawn({ rule: 'intersections', uncoveredLabel: ' rest ' })).toEqual([
      'A A A & B A & B & C B rest rest rest',
      { A: 2, B: 1, C: 0, 'A & B': 1, 'A & B & C': 1, rest: 3 },
      0
    ]);
  });

  it('takes the pages in their own order, and groups that are shown', () => {
    setGroupEnabled(app, 'highlight_2', false);
    expect(drawn({ from: { kind: 'pages', ids: ['page_2', 'page_1'] } })).toEqual([
      'A A A B B - - -',
      { A: 3, B: 2 },
      3
    ]);
  });

  it('can be of the groups of one page', () => {
    const from = { kind: 'groups', pageId: 'page_1' } as const;
    expect(drawn({ from })).toEqual(['a a a a2 - - - -', { a: 3, a2: 1 }, 4]);
    setGroupEnabled(app, 'highlight_1', false);
    expect(drawn({ from })).toEqual(['- - - a2 - - - -', { a2: 1 }, 7]);
  });

  it('keeps colours, mixes those of intersections, and leaves the rest grey', () => {
    setPageColor(app, 'page_1', '#ff0000');
    setPageColor(app, 'page_2', '#0000ff');
    const ids = ['page_1', 'page_2'];
    const plan = { ...PAGES, from: { kind: 'pages', ids } as const, uncoveredLabel: 'rest' };
    const colors = (rule: Plan['rule']): (string | null)[] =>
      draftOf(app, { ...plan, rule })!.categories.map(({ color }) => color);
    expect(colors('intersections')).toEqual(['#ff0000', '#0000ff', '#800080', '#a0a0a4']);
    expect(colors('overlap-label')).toEqual(['#ff0000', '#0000ff', null, '#a0a0a4']);
    setGroupColor(app, 'highlight_1', '#123456');
    const groups = draftOf(app, { ...PAGES, from: { kind: 'groups', pageId: 'page_1' } });
    expect(groups!.categories.map(({ color }) => color)).toEqual(['#123456', null]);
  });

  it('has names that differ', () => {
    renamePage(app, 'page_2', 'A');
    renamePage(app, 'page_3', 'A (2)');
    expect(Object.keys(drawn({ rule: 'last', uncoveredLabel: 'A' })[1])).toEqual([
      'A',
      'A (2)',
      'A (2) (2)',
      'A (3)'
    ]);
    renameGroup(app, 'highlight_2', 'a');
    const from = { kind: 'groups', pageId: 'page_1' } as const;
    expect(Object.keys(drawn({ from })[1])).toEqual(['a', 'a (2)']);
  });

  it('that will not do says why', () => {
    const problem = (plan: Partial<Plan>): string | null => planProblem(app, { ...PAGES, ...plan });
    expect(problem({})).toBeNull();
    expect(problem({ from: { kind: 'pages', ids: [] } })).toContain('Choose a page');
    expect(problem({ from: { kind: 'groups', pageId: 'page_9' } })).toContain('no group');
    expect(problem({ rule: 'overlap-label', overlapLabel: ' ' })).toContain('need a label');
    expect(problem({ uncoveredLabel: '' })).toContain('need a label');
    for (let page = 4; page <= 13; page++) {
      addPage(app);
    }
    const ids = app.highlights.value.pages.map(({ id }) => id);
    const from = { kind: 'pages', ids } as const;
    expect(problem({ from, rule: 'intersections' })).toContain('choose 12 at most');
    expect(problem({ from: { kind: 'pages', ids: ids.slice(1) }, rule: 'intersections' })).toBeNull();
    expect(problem({ from })).toBeNull();
  });
});

describe('a field that is built', () => {
  it('is like any other, and shown', () => {
    const ref = buildField(app, { ...PAGES, rule: 'intersections', uncoveredLabel: 'rest' })!;
    expect(app.fields.value.nameOf(ref)).toBe('cell type');
    expect(app.activeView.value.field).toEqual(ref);
    expect(app.columns.ready(ref)).toMatchObject({
      kind: 'categorical',
      labels: ['A', 'B', 'C', 'A & B', 'A & B & C', 'rest']
    });
    expect(app.fields.value.made(ref)?.extra).toEqual({
      operation: 'from-pages',
      sourcePages: ['page_1', 'page_2', 'page_3'],
      overlapStrategy: 'intersections',
      intersectionLabels: { 'page_1+page_2': 'A & B', 'page_1+page_2+page_3': 'A & B & C' },
      uncoveredLabel: 'rest'
    });
  });

  it('stays when its pages go, and is one step of undo', () => {
    const before = app.activeView.value.field;
    const ref = buildField(app, { ...PAGES, rule: 'overlap-label' })!;
    expect(app.fields.value.made(ref)?.extra).toMatchObject({ overlapLabel: 'both' });
    deletePage(app, 'page_1');
    expect(app.columns.ready(ref)).not.toBeNull();
    undo(app);
    undo(app);
    expect([app.fields.value.has(ref), app.activeView.value.field]).toEqual([false, before]);
    redo(app);
    expect(app.activeView.value.field).toEqual(ref);
  });

  it('needs a name of its own', () => {
    expect(freeName(app)).toBe('labels');
    buildField(app, { ...PAGES, name: ' labels ' });
    expect(freeName(app)).toBe('labels 2');
    for (const name of ['labels', 'kind', 'a:b', ' ']) {
      expect(buildField(app, { ...PAGES, name })).toBeNull();
      expect(app.messages.value.at(-1)?.level).toBe('error');
    }
    expect(app.fields.value.edits.made).toHaveLength(1);
  });

  it('is not made of nothing', () => {
    activatePage(app, 'page_1');
    expect(buildField(app, { ...PAGES, from: { kind: 'pages', ids: ['page_8'] } })).toBeNull();
    expect(app.fields.value.edits.made).toEqual([]);
  });
});
