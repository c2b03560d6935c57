import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Dataset } from '../../src/data/dataset';
import { App } from '../../src/state/app';
import {
  disableFiltersThatHide,
  filterOf,
  hideCategories,
  removeAllFilters,
  removeFilter,
  setFilterEnabled,
  setOutlierThreshold,
  setRange,
  setRangeEnd,
  setVisibility,
  showCategories,
  showOnlyCategory,
  toggleCategory,
  toggleMissing
} from '../../src/state/filters';
import { readFilter, writeFilter } from '../../src/state/filter-json';
import { keepView } from '../../src/state/layout';
import type { FieldRef, Filter } from '../../src/state/types';
import { redo, undo } from '../../src/state/undo';
import { setField } from '../../src/state/views';
import { filesOf, KINDS, loaded, openFixture } from '../fixture';
import { withOutliers } from '../outliers';

const N = 24;
const KIND = { source: 'obs', key: 'kind' } as const;
const SCORE = { source: 'obs', key: 'score' } as const;
const GENE = { source: 'var', key: 'CD3E' } as const;

/** Opens with all columns that are filtered by, and far cells known. */
async function opened(): Promise<App> {
  const app = new App(await Dataset.open(filesOf(withOutliers(N, far))));
  app.need({ columns: [KIND, SCORE, GENE], outliers: [KIND] });
  await loaded(app);
  for (let turn = 0; turn < 1000 && app.shown.outliers.value.get('obs:kind')?.state !== 'ready'; turn++) {
    await new Promise(resolve => setImmediate(resolve));
  }
  return app;
}

/** How far a cell is from its category, in tenths of the cells that are nearer. */
function far(cell: number): number {
  return cell % 10 === 9 ? NaN : ((cell % 10) + 1) / 10;
}

/** What the fixture has in a cell, told independently of it. */
const kindOf = (cell: number): string | null => KINDS[cell % 4] ?? null;
const scoreOf = (cell: number): number => (cell === 0 ? NaN : cell);
const geneOf = (cell: number): number => cell % 3;

/** Whether a cell passes a filter, said as plainly as can be. */
function passes(filter: Filter, cell: number): boolean {
  if (!filter.enabled) {
    return true;
  }
  switch (filter.kind) {
    case 'cells':
      return !filter.hidden.includes(cell);
    case 'outlier':
      return Number.isNaN(far(cell)) || Math.fround(far(cell)) <= Math.fround(filter.threshold);
    case 'category': {
      const kind = kindOf(cell);
      return kind === null ? !filter.missing : !filter.hidden.includes(kind);
    }
    case 'range': {
      const value = filter.field.source === 'var' ? geneOf(cell) : scoreOf(cell);
      return Number.isFinite(value)
        ? value >= filter.min && value <= filter.max
        : !filter.missing;
    }
  }
}

const CELLS = Array.from({ length: N }, (_, cell) => cell);

function filtersOf(app: App): readonly Filter[] {
  return app.activeView.value.filters;
}

function expectNaive(app: App): void {
  const filters = filtersOf(app);
  const visible = CELLS.filter(cell => filters.every(filter => passes(filter, cell)));
  const mask = app.visible.value;
  expect(CELLS.filter(cell => mask === null || mask[cell] === 1)).toEqual(visible);
  expect(app.nVisible.value).toBe(visible.length);
  const { passing } = app.data('live');
  for (const filter of filters) {
    const others = filters.filter(other => other !== filter);
    const available = CELLS.filter(cell => others.every(other => passes(other, cell)));
    expect(passing.value.counts(filter)).toEqual(
      filter.enabled ? { passes: visible.length, available: available.length } : null
    );
  }
}

type Step = (app: App) => void;
const name = fc.constantFrom(...KINDS, null);
const names = fc.subarray([...KINDS, null]);
const number = fc.oneof(fc.integer({ min: -5, max: 30 }), fc.constantFrom(NaN, Infinity, 0.5));
const at = fc.nat({ max: 5 });
const nth = (app: App, i: number): Filter | undefined => filtersOf(app)[i % filtersOf(app).length];
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(name, fc.boolean()).map(([category, on]): Step => app => toggleCategory(app, KIND, category, on)),
  names.map((some): Step => app => hideCategories(app, KIND, some)),
  names.map((some): Step => app => showCategories(app, KIND, some)),
  name.map((category): Step => app => showOnlyCategory(app, KIND, category)),
  fc.tuple(fc.constantFrom<FieldRef>(SCORE, GENE), number, number)
    .map(([field, from, to]): Step => app => setRange(app, field, from, to)),
  fc.tuple(fc.constantFrom(SCORE, GENE), fc.constantFrom('low', 'high'), number, fc.boolean())
    .map(([field, end, to, drag]): Step => app => setRangeEnd(app, field, end, to, drag ? 'a' : undefined)),
  fc.tuple(fc.constantFrom<FieldRef>(KIND, SCORE, GENE), fc.boolean())
    .map(([field, on]): Step => app => toggleMissing(app, field, on)),
  fc.integer({ min: 0, max: 10 }).map((tenths): Step => app => setOutlierThreshold(app, KIND, tenths / 10)),
  fc.tuple(fc.uniqueArray(fc.nat({ max: N - 1 })), fc.boolean()).map(
    ([cells, on]): Step => app => setVisibility(app, Uint32Array.from(cells).sort(), on)
  ),
  fc.tuple(at, fc.boolean()).map(([i, on]): Step => app => {
    const filter = nth(app, i);
    if (filter) {
      setFilterEnabled(app, filter, on);
    }
  }),
  at.map((i): Step => app => {
    const filter = nth(app, i);
    if (filter) {
      removeFilter(app, filter);
    }
  }),
  fc.constant<Step>(app => removeAllFilters(app)),
  fc.uniqueArray(fc.nat({ max: N - 1 })).map(
    (cells): Step => app => disableFiltersThatHide(app, Uint32Array.from(cells).sort())
  )
);

describe('filters', () => {
  it('hide what a plain loop hides, whatever was done, and undo and redo bring it back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async steps => {
        const app = await opened();
        const seen = [filtersOf(app)];
        for (const one of steps) {
          const known = app.changes.past.value.length;
          one(app);
          expectNaive(app);
          if (app.changes.past.value.length > known) {
            seen.push(filtersOf(app));
          } else {
            // Two moves of one drag are one step, which ends where the second does.
            seen[seen.length - 1] = filtersOf(app);
          }
        }
        for (const filters of seen.slice(0, -1).reverse()) {
          undo(app);
          expect(filtersOf(app)).toBe(filters);
          expectNaive(app);
        }
        expect(app.canUndo.value).toBe(false);
        for (const filters of seen.slice(1)) {
          redo(app);
          expect(filtersOf(app)).toBe(filters);
          expectNaive(app);
        }
      })
    );
  });

  it('are one a kind and field, in the place they have', async () => {
    const app = await opened();
    toggleCategory(app, KIND, 'NK', false);
    setRange(app, SCORE, 2, 9);
    setRange(app, GENE, 1, 2);
    toggleCategory(app, KIND, 'B cell', false);
    setRange(app, SCORE, 3, 9);
    expect(filtersOf(app)).toEqual([
      { kind: 'category', field: KIND, hidden: ['NK', 'B cell'], missing: false, enabled: true },
      { kind: 'range', field: SCORE, min: 3, max: 9, missing: true, enabled: true },
      { kind: 'range', field: GENE, min: 1, max: 2, missing: true, enabled: true }
    ]);
    showCategories(app, KIND, KINDS);
    expect(filtersOf(app).map(({ kind }) => kind)).toEqual(['range', 'range']);
  });

  it('by a gene hold while cells are coloured by something else, or by nothing', async () => {
    const app = await openFixture(N);
    setField(app, GENE);
    await loaded(app);
    setRange(app, GENE, 2, 2);
    expect(app.nVisible.value).toBe(8);
    setField(app, KIND);
    await loaded(app);
    expect(app.nVisible.value).toBe(8);
    setField(app, null);
    expect(app.nVisible.value).toBe(8);
  });

  it('by a range are one step of undo a drag, and end with all there is', async () => {
    const app = await opened();
    for (const from of [1, 2, 3]) {
      setRange(app, SCORE, from, 23, 'one');
    }
    setRange(app, SCORE, 5, 23, 'two');
    expect(app.changes.past.value).toHaveLength(2);
    undo(app);
    expect(filterOf(app.activeView.value, 'range', SCORE)).toMatchObject({ min: 3, max: 23 });
    setRange(app, SCORE, 0.1, 99);
    expect(filterOf(app.activeView.value, 'range', SCORE)).toMatchObject({ min: 1, max: 23 });
    toggleMissing(app, SCORE, true);
    expect(filterOf(app.activeView.value, 'range', SCORE)).toBeUndefined();
    setRange(app, SCORE, 7.1, 9);
    expect(filterOf(app.activeView.value, 'range', SCORE)).toMatchObject({ min: 7.1 });
  });

  it('hide missing values with all but one category, and show them with all', async () => {
    const app = await opened();
    showOnlyCategory(app, KIND, 'NK');
    expect(app.nVisible.value).toBe(N / 4);
    toggleMissing(app, KIND, true);
    expect(app.nVisible.value).toBe(N / 2);
    hideCategories(app, KIND, [...KINDS, null]);
    expect(app.nVisible.value).toBe(0);
    showCategories(app, KIND, KINDS);
    expect(filtersOf(app)).toMatchObject([{ hidden: [], missing: true }]);
    expect(app.nVisible.value).toBe((3 * N) / 4);
    toggleMissing(app, KIND, true);
    expect(filtersOf(app)).toEqual([]);
  });

  it('by a range of all there is still hide missing values, until they are asked for', async () => {
    const app = await opened();
    toggleMissing(app, SCORE, false);
    expect(filtersOf(app)).toMatchObject([{ kind: 'range', min: 1, max: 23, missing: true }]);
    expect(app.nVisible.value).toBe(N - 1);
    setRange(app, SCORE, 4, 23);
    toggleMissing(app, SCORE, true);
    expect(app.nVisible.value).toBe(N - 3);
    setRange(app, SCORE, 1, 23);
    expect(filtersOf(app)).toEqual([]);
    // Of a gene no value is missing.
    toggleMissing(app, GENE, false);
    expect(filtersOf(app)).toEqual([]);
  });

  it('that are off are edited and turned on, not forgotten', async () => {
    const app = await opened();
    const off = (): void => setFilterEnabled(app, filtersOf(app)[0]!, false);
    hideCategories(app, KIND, ['NK']);
    off();
    showCategories(app, KIND, KINDS);
    expect(filtersOf(app)).toMatchObject([{ hidden: ['NK'], enabled: false }]);
    toggleCategory(app, KIND, 'B cell', false);
    expect(filtersOf(app)).toMatchObject([{ hidden: ['NK', 'B cell'], enabled: true }]);
    removeAllFilters(app);

    setRange(app, SCORE, 3, 9);
    off();
    setRangeEnd(app, SCORE, 'low', 5);
    expect(filtersOf(app)).toMatchObject([{ min: 5, max: 9, enabled: true }]);
    // A handle stops at the other end.
    setRangeEnd(app, SCORE, 'low', 12, 'drag');
    expect(filtersOf(app)).toMatchObject([{ min: 9, max: 9 }]);
  });

  it('refuse a range of nothing, in words', async () => {
    const app = await opened();
    setRange(app, SCORE, NaN, 3);
    setRange(app, SCORE, 9, 3);
    expect(filtersOf(app)).toEqual([]);
    expect(app.messages.value.map(message => message.text)).toEqual([
      'A range has a number at each end: type one such as 0.5.',
      'From 9 to 3 there is nothing: the first number must not be above the second.'
    ]);
    setRangeEnd(app, SCORE, 'high', -7);
    setRange(app, SCORE, 24, 30);
    expect(filtersOf(app)).toEqual([]);
    expect(app.messages.value.slice(2).map(message => message.text)).toEqual([
      'From 1 to -7 there is nothing: the first number must not be above the second.',
      'From 24 to 30 there is no value: all are from 1 to 23.'
    ]);
  });

  it('from Python are one array for all views, and none where nothing differs', async () => {
    const app = await opened();
    keepView(app);
    keepView(app);
    const arrays = (): ReadonlySet<unknown> =>
      new Set(app.views.value.flatMap(({ filters }) =>
        filters.map(filter => filter.kind === 'cells' && filter.hidden)
      ));
    setVisibility(app, null, false);
    expect(arrays().size).toBe(1);
    expect(app.nVisible.value).toBe(0);
    setVisibility(app, Uint32Array.of(2, 3), true);
    expect(arrays().size).toBe(1);
    expect(app.nVisible.value).toBe(2);
    const steps = app.changes.past.value.length;
    setVisibility(app, Uint32Array.of(3), true);
    setVisibility(app, Uint32Array.of(0, 4), false);
    expect(app.changes.past.value).toHaveLength(steps);
  });

  it('that Python made are packed once, however often they are handed over', async () => {
    const app = await opened();
    setVisibility(app, Uint32Array.of(1, 2), false);
    const packed = (): unknown => (writeFilter(filtersOf(app)[0]!) as { hidden: unknown }).hidden;
    const before = packed();
    setField(app, null);
    expect(packed()).toBe(before);
    expect(before).toEqual({ encoding: 'delta-uvarint', data: 'AgEB' });
  });

  it('of files that do not tell of missing values do what they did', () => {
    const given = { field: KIND, enabled: true };
    const category = { ...given, kind: 'category', hidden: ['NK'] };
    const range = { ...given, kind: 'range', min: 1, max: 2 };
    expect(readFilter(category, 'f')).toEqual({ ...category, missing: false });
    expect(readFilter(range, 'f')).toEqual({ ...range, missing: true });
    for (const missing of [true, false]) {
      expect(readFilter(writeFilter({ ...readFilter(range, 'f'), missing } as Filter), 'f')).toEqual({
        ...range,
        missing
      });
    }
    expect(() => readFilter({ ...range, missing: 1 }, 'f')).toThrow('f.missing');
  });

  it('that hide some cells are turned off, and the others stay', async () => {
    const app = await opened();
    toggleCategory(app, KIND, 'NK', false);
    setRange(app, SCORE, 1, 20);
    disableFiltersThatHide(app, Uint32Array.of(5, 6));
    expect(filtersOf(app).map(({ enabled }) => enabled)).toEqual([false, true]);
    expect(app.changes.past.value).toHaveLength(3);
    disableFiltersThatHide(app, Uint32Array.of(1, 2, 3));
    expect(app.changes.past.value).toHaveLength(3);
  });

  it('that stay the same are not computed again', async () => {
    const app = await opened();
    toggleCategory(app, KIND, 'NK', false);
    const [filter] = filtersOf(app);
    const { passing } = app.data('live');
    const mask = passing.value.mask(filter!);
    setRange(app, SCORE, 1, 20);
    expect(passing.value.mask(filter!)).toBe(mask);
    expect(mask).not.toBeNull();
  });
});

it('takes what Python hides or shows for a step only where it makes a difference', async () => {
  const app = await openFixture(20);
  const hide = Uint32Array.of(1, 2);
  setVisibility(app, hide, false);
  undo(app);
  setVisibility(app, null, true);
  setVisibility(app, hide, true);
  expect(app.canRedo.value).toBe(true);
  redo(app);
  setVisibility(app, hide, false);
  setVisibility(app, null, false);
  setVisibility(app, null, false);
  expect(app.changes.past.value).toHaveLength(2);
});
