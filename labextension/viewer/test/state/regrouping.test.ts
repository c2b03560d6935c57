import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';

import type { CategoricalColumn } from '../../src/data/dataset';
import { Dataset } from '../../src/data/dataset';
import { App } from '../../src/state/app';
import { renameCategory, setCategoryColor } from '../../src/state/category-edits';
import { categoryColors } from '../../src/state/derive';
import { renameField, restoreField } from '../../src/state/field-edits';
import { deleteCategories, mergeCategories } from '../../src/state/regrouping';
import type { FieldRef, Filter } from '../../src/state/types';
import { redo, undo } from '../../src/state/undo';
import { filesOf, loaded, openFixture, tables } from '../fixture';

const N = 20;
const KIND: FieldRef = { source: 'obs', key: 'kind' };

let app: App;

beforeEach(async () => {
  app = await openFixture(N);
});

/** What the cells are called now, null for a missing value. */
function labels(ref: FieldRef): (string | null)[] {
  const { codes, labels } = columnOf(ref);
  return Array.from(codes, code => labels[code] ?? null);
}

function columnOf(ref: FieldRef): CategoricalColumn {
  const column = app.columns.ready(ref);
  if (column?.kind !== 'categorical') {
    throw new Error(`no categories: ${ref.key}`);
  }
  return column;
}

function shown(): FieldRef {
  return app.activeView.value.field!;
}

function filter(...filters: Filter[]): void {
  app.changes.change('filter', () =>
    app.slots.views.set(app.views.value.map(view => ({ ...view, filters })))
  );
}

function said(): (string | undefined)[] {
  return app.messages.value.map(({ text }) => text);
}

describe('a category', () => {
  it('is renamed beside the data, and filters by it stay', () => {
    filter({ kind: 'category', field: KIND, hidden: ['NK'], missing: false, enabled: true });
    renameCategory(app, KIND, 'NK', ' Natural killer ');
    expect(columnOf(KIND).labels).toEqual(['B cell', 'T cell', 'Natural killer']);
    expect(columnOf(KIND).categories).toEqual(['B cell', 'T cell', 'NK']);
    expect(app.nVisible.value).toBe(15);
    undo(app);
    expect(columnOf(KIND).labels[2]).toBe('NK');
    redo(app);
    renameCategory(app, KIND, 'NK', 'NK');
    expect(app.slots.fields.signal.value.categories.size).toBe(0);
  });

  it.each([
    ['', 'at least one character'],
    ['T cell', 'Another category is called “T cell”']
  ])('is not renamed to %j', (name, why) => {
    renameCategory(app, KIND, 'NK', name);
    expect(said().at(-1)).toContain(why);
    expect(app.canUndo.value).toBe(false);
  });

  it('is recoloured, a drag over colours being one step', () => {
    setCategoryColor(app, KIND, 'T cell', '#111111');
    setCategoryColor(app, KIND, 'T cell', '#222222');
    expect(columnOf(KIND).colors).toEqual(['#ff0000', '#222222', '#0000ff']);
    expect(app.changes.past.value).toHaveLength(1);
    setCategoryColor(app, KIND, 'T cell', 'url(x)');
    expect(said().at(-1)).toContain('“url(x)” is no colour');
    setCategoryColor(app, KIND, 'T cell', null);
    expect(columnOf(KIND).colors[1]).toBeNull();
  });
});

describe('merging', () => {
  it('makes a field of its own, hides the first, and is followed by views and filters', async () => {
    filter(
      { kind: 'category', field: KIND, hidden: ['NK', 'T cell'], missing: false, enabled: true },
      { kind: 'outlier', field: KIND, threshold: 0.5, enabled: true }
    );
    const before = [labels(KIND), categoryColors(columnOf(KIND))] as const;
    mergeCategories(app, KIND, ['NK', 'T cell']);
    const ref = shown();
    expect(ref.source).toBe('user');
    expect(app.fields.value.list.map(({ name }) => name)).toEqual(['score', 'kind (edited)']);
    expect(app.fields.value.deleted.map(({ name }) => name)).toEqual(['kind']);
    expect(labels(ref)).toEqual(before[0].map(one => (one === 'B cell' ? one : one && 'T cell + NK')));
    expect(categoryColors(columnOf(ref))).toEqual([before[1][0], before[1][1]]);
    expect(app.activeView.value.filters).toEqual([
      { kind: 'category', field: ref, hidden: ['T cell + NK'], missing: false, enabled: true },
      { kind: 'outlier', field: KIND, threshold: 0.5, enabled: false }
    ]);
    expect(app.nVisible.value).toBe(10);
    expect(said().join()).toContain('The outlier filter is off');
    expect(app.changes.past.value).toHaveLength(2);

    undo(app);
    await loaded(app);
    expect([shown(), app.nVisible.value]).toEqual([KIND, 10]);
    expect(app.fields.value.deleted).toEqual([]);
    redo(app);
    expect(shown()).toEqual(ref);
    restoreField(app, KIND);
    expect(app.columns.ready(ref)).not.toBeNull();
    expect(app.fields.value.list).toHaveLength(3);
  });

  it('edits what was made so, and takes names and colours as they were shown', () => {
    renameField(app, KIND, 'Type');
    renameCategory(app, KIND, 'NK', 'Killer');
    setCategoryColor(app, KIND, 'NK', '#123456');
    deleteCategories(app, KIND, ['B cell']);
    const ref = shown();
    expect(app.fields.value.nameOf(ref)).toBe('Type (edited)');
    expect(columnOf(ref).categories).toEqual(['unassigned', 'T cell', 'Killer']);
    expect(columnOf(ref).colors[2]).toBe('#123456');
    renameField(app, ref, 'Mine');
    renameCategory(app, ref, 'T cell', 'T');
    mergeCategories(app, ref, ['T', 'Killer'], 'Lymphoid');
    deleteCategories(app, ref, ['Lymphoid']);
    expect(shown()).toEqual(ref);
    expect(app.fields.value.list.map(({ name }) => name)).toEqual(['score', 'Mine']);
    expect(columnOf(ref).categories).toEqual(['unassigned']);
    expect(app.fields.value.made(ref)).toMatchObject({ made: { of: KIND }, extra: { operation: 'delete' } });
    for (let i = 0; i < 7; i++) {
      undo(app);
    }
    expect(app.slots.fields.signal.value).toMatchObject({ made: [], nextField: 2 });
  });

  it('says that what was hidden is seen with the rest, and drops a filter that hides nothing', () => {
    filter({ kind: 'category', field: KIND, hidden: ['NK'], missing: false, enabled: true });
    mergeCategories(app, KIND, ['NK', 'T cell'], 'Both');
    expect(app.activeView.value.filters).toEqual([]);
    expect(said().join()).toContain('“Both” is visible');
  });

  it('renames its categories in filters', () => {
    mergeCategories(app, KIND, ['NK', 'T cell'], 'Both');
    const ref = shown();
    filter({ kind: 'category', field: ref, hidden: ['Both'], missing: false, enabled: true });
    renameCategory(app, ref, 'Both', 'Each');
    expect(app.activeView.value.filters).toMatchObject([{ hidden: ['Each'] }]);
    expect(app.nVisible.value).toBe(10);
    undo(app);
    expect([app.nVisible.value, columnOf(ref).labels]).toEqual([10, ['B cell', 'Both']]);
  });

  it.each([
    [['NK'], null, 'Choose two'],
    [['NK', 'none'], null, 'Choose two'],
    [['NK', 'T cell'], 'B cell', 'choose it, too'],
    [['NK', 'T cell'], ' ', 'at least one character']
  ])('is refused for %j as %j', (categories, name, why) => {
    mergeCategories(app, KIND, categories, name);
    expect(said().at(-1)).toContain(why);
    expect(app.canUndo.value).toBe(false);
  });

  it('is refused where too many categories would be left', async () => {
    const given = tables(N);
    const names = Array.from({ length: 65_537 }, (_, i) => `c${i}`);
    const manifest = given.documents['obs_manifest.json'] as Record<string, unknown>;
    manifest['_categoricalFields'] = [['kind', names, 'uint32', 2 ** 32 - 1]];
    given.binaries['obs/kind.codes.u32'] = Uint32Array.from({ length: N }, (_, i) => i) as never;
    app = new App(await Dataset.open(filesOf(given)));
    await loaded(app);
    mergeCategories(app, KIND, ['c1', 'c2']);
    expect(said().at(-1)).toContain('65,536 categories, and 65,535 is the most');
    mergeCategories(app, KIND, names.slice(0, 3), 'three');
    expect(labels(shown()).slice(0, 5)).toEqual(['three', 'three', 'three', 'c3', 'c4']);
    expect(columnOf(shown()).codes.BYTES_PER_ELEMENT).toBe(2);
  });

  it('does what a plain loop does, whatever is done in whatever order, and is undone', async () => {
    const step = fc.record({
      what: fc.constantFrom('merge', 'delete', 'rename'),
      at: fc.uniqueArray(fc.nat(3), { minLength: 1, maxLength: 3 })
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 6 }), async steps => {
        app = await openFixture(N);
        const first = labels(KIND);
        let naive = first;
        let done = 0;
        for (const { what, at } of steps) {
          const { categories, labels: called } = columnOf(shown());
          const chosen = at.filter(i => i < categories.length).map(i => categories[i]!);
          const names = new Set(called.filter((_, i) => chosen.includes(categories[i]!)));
          const [own] = chosen;
          if (own === undefined || (what === 'merge' && chosen.length < 2)) {
            continue;
          }
          done++;
          const into = what === 'delete' ? 'unassigned' : `new ${done}`;
          if (what === 'merge') {
            mergeCategories(app, shown(), chosen, into);
          } else if (what === 'delete') {
            deleteCategories(app, shown(), chosen);
          } else {
            names.forEach(name => name === called[categories.indexOf(own)] || names.delete(name));
            renameCategory(app, shown(), own, into);
          }
          naive = naive.map(name => (name !== null && names.has(name) ? into : name));
        }
        expect(labels(shown())).toEqual(naive);
        while (app.canUndo.value) {
          undo(app);
        }
        await loaded(app);
        expect([shown(), labels(KIND)]).toEqual([KIND, first]);
        expect(app.slots.fields.signal.value.made).toEqual([]);
      }),
      { numRuns: 60 }
    );
  });
});
