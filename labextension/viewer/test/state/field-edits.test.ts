import { beforeEach, describe, expect, it } from 'vitest';

import { Dataset } from '../../src/data/dataset';
import { App } from '../../src/state/app';
import { renameCategory } from '../../src/state/category-edits';
import {
  copyField,
  deleteField,
  purgeField,
  renameField,
  restoreField
} from '../../src/state/field-edits';
import { mergeCategories } from '../../src/state/regrouping';
import type { FieldRef } from '../../src/state/types';
import { redo, undo } from '../../src/state/undo';
import { setField } from '../../src/state/views';
import { Changing, filesOf, loaded, openFixture, tables } from '../fixture';

const KIND: FieldRef = { source: 'obs', key: 'kind' };
const SCORE: FieldRef = { source: 'obs', key: 'score' };
const GENE: FieldRef = { source: 'var', key: 'CD3E' };

let app: App;

beforeEach(async () => {
  app = await openFixture(20);
});

function names(): string[] {
  return app.fields.value.list.map(({ name }) => name);
}

function said(): string | undefined {
  return app.messages.value.at(-1)?.text;
}

function made(name: string): FieldRef {
  return app.fields.value.list.find(field => field.name === name)!.ref;
}

describe('renaming a field', () => {
  it('keeps its own name, which is told, and is one step', () => {
    renameField(app, KIND, '  Cell type ');
    expect(app.fields.value.list[0]).toMatchObject({ ref: KIND, name: 'Cell type', original: 'kind' });
    expect(app.activeView.value.field).toEqual(KIND);
    undo(app);
    expect(names()).toEqual(['kind', 'score']);
    redo(app);
    renameField(app, KIND, 'kind');
    expect(app.fields.value.list[0]).toMatchObject({ name: 'kind', original: null });
    expect(app.changes.past.value).toHaveLength(2);
  });

  it.each([
    ['', 'at least one character'],
    ['   ', 'at least one character'],
    ['a:b', 'colon'],
    ['x'.repeat(201), '200 characters; this one has 201'],
    ['score', 'Another field is called “score”'],
    ['CD3E', 'Another field is called “CD3E”']
  ])('is refused for %j', (name, why) => {
    renameField(app, KIND, name);
    expect(said()).toContain(why);
    expect(app.canUndo.value).toBe(false);
  });

  it('is refused for one that is deleted, or was never there', () => {
    deleteField(app, KIND);
    for (const ref of [KIND, { source: 'obs', key: 'none' } as const]) {
      renameField(app, ref, 'Other');
      expect(said()).toContain(`no field “${ref.key}” to edit`);
    }
    expect(app.slots.fields.signal.value.names.size).toBe(0);
  });

  it('gives back a name with spaces around it, of a field and of a category', async () => {
    const given = tables(20);
    const manifest = given.documents['obs_manifest.json'] as Record<string, unknown>;
    manifest['_categoricalFields'] = [[' kind', ['B', ' B', 'NK'], 'uint8', 255, {}]];
    given.binaries['obs/ kind.codes.u8'] = given.binaries['obs/kind.codes.u8']!;
    app = new App(await Dataset.open(filesOf(given)));
    const ref: FieldRef = { source: 'obs', key: ' kind' };
    setField(app, ref);
    await loaded(app);
    renameField(app, ref, 'Type');
    renameCategory(app, ref, ' B', 'Plasma');
    expect(app.columns.ready(ref)).toMatchObject({ labels: ['B', 'Plasma', 'NK'] });
    renameField(app, ref, ' kind');
    renameCategory(app, ref, ' B', ' B');
    expect(app.slots.fields.signal.value).toMatchObject({ names: new Map(), categories: new Map() });
  });

  it('goes for genes, which are found by both names', () => {
    renameField(app, GENE, 'x'.repeat(200));
    expect(app.fields.value.geneNames).toEqual(['x'.repeat(200), 'HLA-A/B']);
    expect(app.fields.value.genes).toEqual(['CD3E', 'HLA-A/B']);
    renameField(app, KIND, 'CD3E');
    expect(app.fields.value.find('CD3E', null)).toEqual(KIND);
    expect(app.fields.value.find('CD3E', 'var')).toEqual(GENE);
    expect(app.fields.value.find('x'.repeat(200), null)).toEqual(GENE);
    renameField(app, GENE, 'CD3E');
    expect(said()).toContain('Another field is called “CD3E”');
  });
});

describe('copying', () => {
  it('makes another name for numbers or a gene, and shows it', async () => {
    copyField(app, GENE, 'Marker');
    const copy = made('Marker');
    expect(app.activeView.value.field).toEqual(copy);
    await loaded(app);
    const column = app.columns.ready(copy);
    expect(column).toMatchObject({ kind: 'continuous', ref: copy });
    expect(app.fields.value.find('Marker', 'obs')).toBeNull();
    copyField(app, copy, 'Again');
    expect(app.fields.value.made(made('Again'))?.made.of).toEqual(GENE);
    undo(app);
    undo(app);
    expect([names(), app.activeView.value.field]).toEqual([['kind', 'score'], KIND]);
    copyField(app, SCORE, 'Other');
    expect(made('Other').key).not.toBe(copy.key);
  });

  it('is refused for categories, a name that is taken, and what is not there', () => {
    copyField(app, KIND, 'Mine');
    expect(said()).toContain('“kind” is of categories');
    copyField(app, SCORE, 'kind');
    expect(said()).toContain('Another field is called “kind”');
    copyField(app, { source: 'var', key: 'none' }, 'Mine');
    expect(said()).toContain('There is no field “none”');
    expect(app.canUndo.value).toBe(false);
  });
});

describe('a deleted field', () => {
  it('is no longer coloured or filtered by, and comes back', () => {
    app.changes.change('filter', () =>
      app.slots.views.set(
        app.views.value.map(view => ({
          ...view,
          filters: [{ kind: 'category' as const, field: KIND, hidden: ['NK'], missing: false, enabled: true }]
        }))
      )
    );
    deleteField(app, KIND);
    expect(names()).toEqual(['score']);
    expect(app.fields.value.deleted.map(({ name }) => name)).toEqual(['kind']);
    expect(app.activeView.value).toMatchObject({ field: null, filters: [{ enabled: false }] });
    expect(app.nVisible.value).toBe(20);
    expect(said()).toContain('“kind” is deleted');
    setField(app, KIND);
    expect(app.activeView.value.field).toBeNull();
    undo(app);
    expect(app.activeView.value).toMatchObject({ field: KIND, filters: [{ enabled: true }] });
    redo(app);
    restoreField(app, KIND);
    expect([names(), app.fields.value.deleted]).toEqual([['kind', 'score'], []]);
  });

  it('gives its name to others, and does not come back under it', () => {
    deleteField(app, KIND);
    renameField(app, SCORE, 'kind');
    expect(names()).toEqual(['kind']);
    restoreField(app, KIND);
    expect(said()).toContain('Another field is called “kind” by now');
    renameField(app, SCORE, 'score');
    restoreField(app, KIND);
    expect(names()).toEqual(['kind', 'score']);
  });

  it('can be a gene or a made one, and is gone for good once purged', () => {
    copyField(app, SCORE, 'Mine');
    const copy = made('Mine');
    for (const ref of [GENE, copy]) {
      purgeField(app, ref);
      expect(app.fields.value.stateOf(ref)).toBe('shown');
      deleteField(app, ref);
      purgeField(app, ref);
      restoreField(app, ref);
      expect(app.fields.value.has(ref)).toBe(false);
    }
    expect([app.fields.value.genes, app.fields.value.deleted, names()]).toEqual([
      ['HLA-A/B'],
      [],
      ['kind', 'score']
    ]);
    undo(app);
    expect(app.fields.value.deleted.map(({ name }) => name)).toEqual(['Mine']);
  });
});

describe('data that were read again', () => {
  it('keep edits of what is gone, idle, and know a new column from a field of its name', async () => {
    const files = new Changing(tables(20));
    app = new App(await Dataset.open(files));
    await loaded(app);
    renameField(app, KIND, 'Type');
    renameCategory(app, KIND, 'NK', 'Killer');
    mergeCategories(app, KIND, ['NK', 'T cell'], 'Both');
    copyField(app, SCORE, 'Copy');
    const copy = made('Copy');
    const all = { ...files.tables.documents };
    const edits = app.slots.fields.signal.value;
    expect(names()).toEqual(['score', 'Type (edited)', 'Copy']);

    files.become('two', ({ documents, binaries }) => {
      const manifest = documents['obs_manifest.json'] as Record<string, unknown>;
      manifest['_categoricalFields'] = [];
      manifest['_continuousFields'] = [['Copy']];
      binaries['obs/Copy.values.f32'] = new Float32Array(20);
    });
    await app.shown.refresh();
    expect(names()).toEqual(['Copy', 'Type (edited)']);
    expect(app.fields.value.list[0]?.ref).toEqual({ source: 'obs', key: 'Copy' });
    expect(app.fields.value.deleted).toEqual([]);
    expect(app.fields.value.has(copy)).toBe(false);
    expect(app.slots.fields.signal.value).toBe(edits);

    files.become('three', ({ documents }) => Object.assign(documents, all));
    await app.shown.refresh();
    expect(names()).toEqual(['score', 'Type (edited)', 'Copy']);
    restoreField(app, KIND);
    setField(app, KIND);
    await loaded(app);
    expect(app.column.value).toMatchObject({ value: { labels: ['B cell', 'T cell', 'Killer'] } });
  });
});

describe('many fields', () => {
  it('are listed once for each edit, not for each key that is pressed', async () => {
    const given = tables(4);
    const columns = Array.from({ length: 10_000 }, (_, i) => [`column ${i}`]);
    const genes = Array.from({ length: 60_000 }, (_, i) => [`GENE${i}`]);
    const obs = given.documents['obs_manifest.json'] as Record<string, unknown>;
    const vars = given.documents['var_manifest.json'] as Record<string, unknown>;
    obs['_continuousFields'] = columns;
    vars['fields'] = genes;
    app = new App(await Dataset.open(filesOf(given)));
    renameField(app, { source: 'var', key: 'GENE59999' }, 'last');
    const { fields } = app;
    expect([fields.value.list.length, fields.value.genes.length]).toEqual([10_001, 60_000]);
    expect(fields.value.list).toBe(fields.value.list);
    expect(fields.value.geneNames).toBe(fields.value.geneNames);
    expect(fields.value.geneNames.at(-1)).toBe('last');
    expect(fields.value.find('column 9999', null)).toEqual({ source: 'obs', key: 'column 9999' });
  });
});
