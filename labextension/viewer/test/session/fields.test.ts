/** What was done to fields in a session: out of the page, into Python, and back. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { Dataset } from '../../src/data/dataset';
import { captureSession } from '../../src/session/capture';
import { readSession, writeChunk, writeSession } from '../../src/session/container';
import { parseJson } from '../../src/session/contributor';
import { contributors } from '../../src/session/contributors';
import { restoreSession } from '../../src/session/restore';
import { App } from '../../src/state/app';
import { renameCategory, setCategoryColor } from '../../src/state/category-edits';
import { copyField, deleteField, purgeField, renameField } from '../../src/state/field-edits';
import { snapshot } from '../../src/state/keep';
import { mergeCategories } from '../../src/state/regrouping';
import type { FieldRef } from '../../src/state/types';
import { setField } from '../../src/state/views';
import { filesOf, loaded, openFixture, tables } from '../fixture';

const N = 20;
const KIND: FieldRef = { source: 'obs', key: 'kind' };
const SCORE: FieldRef = { source: 'obs', key: 'score' };

/** Every kind of edit. */
async function edited(): Promise<App> {
  const app = await openFixture(N);
  renameField(app, KIND, 'Type');
  renameCategory(app, KIND, 'NK', 'Killer');
  setCategoryColor(app, KIND, 'B cell', '#00ff00');
  mergeCategories(app, KIND, ['NK', 'T cell'], 'kind');
  renameField(app, app.activeView.value.field!, 'kind');
  copyField(app, { source: 'var', key: 'CD3E' }, 'Marker');
  copyField(app, SCORE, 'Points');
  const points = app.activeView.value.field!;
  setField(app, null);
  deleteField(app, points);
  deleteField(app, { source: 'var', key: 'HLA-A/B' });
  purgeField(app, { source: 'var', key: 'HLA-A/B' });
  setField(app, SCORE);
  return app;
}

/** A session of overlays and codes as a test has them. */
async function session(overlays: unknown, codes: Record<string, number[]> = {}): Promise<Blob> {
  const of = (id: string): (typeof contributors)[number] => contributors.find(c => c.owns(id))!;
  const chunks = [
    ...Object.entries(codes).map(([id, bytes]) => ({
      id: `user-defined/codes/${id}`,
      payload: Uint8Array.from(bytes)
    })),
    { id: 'core/field-overlays', payload: { json: overlays } }
  ].map(chunk => writeChunk(of(chunk.id), { label: 'x', ...chunk }));
  return writeSession({ datasetFingerprint: { cellCount: N } }, await Promise.all(chunks));
}

function category(more: object = {}): object {
  return {
    id: 'user_cat_4',
    source: 'obs',
    kind: 'category',
    key: 'Mine',
    categories: ['a', 'b'],
    codesLength: N,
    codesType: 'Uint8Array',
    ...more
  };
}

/** Codes 0 and 1 in turns, the last one 255. */
const CODES = [0, N, ...Array.from({ length: N - 1 }, (_, i) => i % 2), 255];

describe('edits of fields', () => {
  it('come back whole, with the field some view is coloured by before the rest', async () => {
    const old = await edited();
    const made = old.fields.value.list.find(({ name }) => name === 'kind')!.ref;
    const lazy = await readSession(await captureSession(old));
    setField(old, made);
    const file = await captureSession(old);
    const { manifest } = await readSession(file);
    const at = (found: typeof manifest): unknown[] =>
      (found['chunks'] as { id: string; priority: string }[])
        .filter(({ id }) => id.startsWith('user-defined/codes/'))
        .map(({ id, priority }) => [id, priority]);
    expect(at(manifest)).toEqual([[`user-defined/codes/${made.key}`, 'eager']]);
    expect(at(lazy.manifest)).toEqual([[`user-defined/codes/${made.key}`, 'lazy']]);
    const priorities = (manifest['chunks'] as { priority: string }[]).map(c => c.priority);
    expect(priorities).toEqual([...priorities].sort());

    const app = await openFixture(N);
    const { skipped } = await restoreSession(app, file);
    expect(skipped).toEqual([]);
    expect(app.messages.value).toEqual([]);
    await loaded(app);
    // The selection being made is never saved.
    expect(snapshot(app)).toEqual({ ...(snapshot(old) as object), candidate: app.candidate.value });
    expect(app.columns.ready(made)).toEqual(old.columns.ready(made));
  });

  it('are laid out as format 1', async () => {
    const { chunks } = await readSession(await captureSession(await edited()));
    const overlays = chunks.find(({ id }) => id === 'core/field-overlays')!;
    expect(parseJson(await overlays.inflate())).toEqual({
      renames: {
        fields: { 'obs:kind': 'Type' },
        categories: { 'obs:kind:2': 'Killer' },
        was: { 'obs:kind:2': 'NK' }
      },
      categoryColors: { 'obs:kind': { 'B cell': '#00ff00' } },
      paletteColors: { 'obs:kind': { 'B cell': '#4477aa', 'T cell': '#ee6677', NK: '#228833' } },
      deletedFields: { deleted: ['obs:kind'], purged: ['var:HLA-A/B'] },
      userDefinedFields: [
        {
          id: 'user_cat_1',
          source: 'obs',
          kind: 'category',
          key: 'kind',
          categories: ['B cell', 'kind'],
          colors: ['#00ff00', expect.stringMatching(/^#[0-9a-f]{6}$/)],
          codesLength: N,
          codesType: 'Uint8Array',
          overlapStrategy: 'first',
          operation: 'merge',
          sourceField: { source: 'obs', sourceKey: 'kind' },
          isDeleted: false,
          isPurged: false,
          createdAt: expect.any(Number) as number
        },
        expect.objectContaining({
          id: 'user_num_2',
          source: 'var',
          kind: 'continuous',
          key: 'Marker',
          sourceField: { source: 'var', sourceKey: 'CD3E' }
        }),
        expect.objectContaining({ id: 'user_num_3', key: 'Points', isDeleted: true, isPurged: false })
      ]
    });
  });

  it('find categories by what they were called, where the data have others by now', async () => {
    const file = await captureSession(await edited());
    const given = tables(N);
    const manifest = given.documents['obs_manifest.json'] as Record<string, unknown>;
    manifest['_categoricalFields'] = [['kind', ['NK', 'new', 'B cell'], 'uint8', 255]];
    const app = new App(await Dataset.open(filesOf(given)));
    await restoreSession(app, file);
    expect(app.slots.fields.signal.value.categories).toEqual(
      new Map([['obs:kind', new Map([['NK', 'Killer']])]])
    );
  });
});

describe('another writer’s fields', () => {
  it('come with codes that stand before them, and with what is not known of them', async () => {
    const app = await openFixture(N);
    const given = category({ overlapStrategy: 'last', future: [1], colors: ['#ABCDEF', 'red'] });
    const { skipped } = await restoreSession(
      app,
      await session(
        { renames: { fields: { 'obs:user_cat_4': 'Ours' }, categories: { 'obs:Mine:1': 'B' } }, userDefinedFields: [given] },
        { user_cat_4: CODES }
      )
    );
    expect(skipped).toEqual([]);
    const ref: FieldRef = { source: 'user', key: 'user_cat_4' };
    expect(app.fields.value.nameOf(ref)).toBe('Ours');
    expect(app.columns.ready(ref)).toMatchObject({
      labels: ['a', 'B'],
      colors: ['#ABCDEF', null],
      codes: Uint8Array.from(CODES.slice(2))
    });
    expect(app.fields.value.made(ref)?.extra).toEqual({ overlapStrategy: 'last', future: [1] });
    copyField(app, SCORE, 'Next');
    expect(app.activeView.value.field).toEqual({ source: 'user', key: 'user_num_5' });
  });

  it('get names that no other has, and categories that differ, and it is said', async () => {
    const app = await openFixture(N);
    const { skipped } = await restoreSession(
      app,
      await session(
        {
          renames: { categories: { 'obs:kind:0': 'NK' }, was: { 'obs:kind:0': 'B cell' } },
          userDefinedFields: [
            category({ key: 'kind', categories: ['a', 'a'] }),
            category({ id: 'user_cat_5', key: 'kind' }),
            category({ id: 'user_cat_6', key: 'score', isDeleted: true })
          ]
        },
        { user_cat_4: CODES, user_cat_5: CODES, user_cat_6: CODES }
      )
    );
    expect(skipped).toEqual([]);
    expect(app.fields.value.list.map(({ name }) => name)).toEqual([
      'kind', 'score', 'kind (2)', 'kind (3)'
    ]);
    expect(app.fields.value.deleted.map(({ name }) => name)).toEqual(['score']);
    const made = app.columns.ready({ source: 'user', key: 'user_cat_4' });
    expect(made).toMatchObject({ labels: ['a', 'a (2)'] });
    expect(app.columns.ready(KIND)).toMatchObject({ labels: ['NK (2)', 'T cell', 'NK'] });
    expect(app.messages.value.map(({ text }) => text).join()).toContain('told apart: “NK (2)”');
  });

  it('have cells of no category where the largest code says so, unless those have a label', async () => {
    const many = Array.from({ length: 256 }, (_, i) => `c${i}`);
    const codesOf = async (more: object): Promise<[number, number]> => {
      const app = await openFixture(N);
      const file = await session(
        { userDefinedFields: [category({ categories: many, ...more })] },
        { user_cat_4: CODES }
      );
      await restoreSession(app, file);
      const column = app.columns.ready({ source: 'user', key: 'user_cat_4' });
      const codes = column?.kind === 'categorical' ? column.codes : new Uint8Array();
      return [codes[0]!, codes[N - 1]!];
    };
    expect(await codesOf({})).toEqual([0, 65_535]);
    expect(await codesOf({ uncoveredLabel: 'rest' })).toEqual([0, 255]);
    expect(await codesOf({ codesType: 'Uint16Array' })).toEqual([0, 255]);
  });

  it('are left out, with a word, where codes are missing or of other cells', async () => {
    const app = await openFixture(N);
    const fields = [
      category({ id: 'a', key: 'None' }),
      category({ id: 'b', key: 'Bad' }),
      category({ id: 'c', key: 'Genes', source: 'var', codesLength: 2 }),
      category({ id: 'd', key: 'Gone', isPurged: true }),
      category({ id: 'e', key: 'Copy', kind: 'continuous' }),
      category({ id: 'f', key: 'Here' })
    ];
    const file = await session({ userDefinedFields: fields }, { b: [0, N, 1], f: CODES });
    const { skipped } = await restoreSession(app, file);
    expect(skipped.map(({ id }) => id)).toEqual(['user-defined/codes/b']);
    expect(app.fields.value.list.map(({ name }) => name)).toEqual(['kind', 'score', 'Here']);
    expect(app.messages.value.map(({ text }) => text)).toEqual([
      'Left out of the session: “Genes”, since it has codes for another number of cells.',
      'Left out of the session: “Copy”, since it does not say what it is a copy of.',
      'Left out of the session: “None”, “Bad”, since the file has no codes for it.'
    ]);
  });

  it('are read as Python reads them, where others have other things in them', async () => {
    const app = await openFixture(N);
    const field = category({
      categories: [1, true, 'a'], codesType: 'Int8Array', codesLength: 'all', createdAt: 'today',
      colors: 'red', sourceField: 'kind'
    });
    const overlays = {
      userDefinedFields: [field],
      renames: { fields: { 'obs:score': '' }, categories: { 'obs:kind:0': ' ', 'obs:kind:1': 'T', 'obs:kind': 5 } },
      categoryColors: { 'obs:kind': { NK: 'red', 'B cell': '#00ff00' }, 'uns:x': {} }
    };
    const { skipped } = await restoreSession(app, await session(overlays, { user_cat_4: CODES }));
    expect(skipped).toEqual([]);
    expect(app.fields.value.list.map(({ name }) => name)).toEqual(['kind', 'score', 'Mine']);
    expect(app.columns.ready({ source: 'user', key: 'user_cat_4' })).toMatchObject({
      labels: ['1', 'true', 'a']
    });
    const { categories, colors } = app.slots.fields.signal.value;
    expect(categories).toEqual(new Map([['obs:kind', new Map([['T cell', 'T']])]]));
    expect(colors).toEqual(new Map([['obs:kind', new Map([['B cell', '#00ff00']])]]));
  });

  it.each([
    ['no object', []],
    ['two of one id', { userDefinedFields: [category(), category()] }],
    ['another kind', { userDefinedFields: [category({ kind: 'text' })] }],
    ['another source', { userDefinedFields: [category({ source: 'uns' })] }],
    ['an endless name', { userDefinedFields: [category({ key: 'x'.repeat(10_001) })] }],
    ['categories that are lists', { userDefinedFields: [category({ categories: [[]] })] }],
    ['too many categories', { userDefinedFields: [category({ categories: Array(65_536).fill('') })] }],
    ['a name that is none', { renames: { fields: { 'obs:kind': 3 } } }],
    ['a list of other things', { deletedFields: { deleted: [3] } }],
    ['colours that are a list', { categoryColors: { 'obs:kind': ['red'] } }]
  ])('are refused for %s, and nothing has changed', async (_, overlays) => {
    const app = await openFixture(N);
    const before = snapshot(app);
    const { restored, skipped } = await restoreSession(app, await session(overlays));
    expect(restored).toEqual([]);
    expect(skipped[0]?.why).toMatch(/^core\/field-overlays.*expected/);
    expect(snapshot(app)).toEqual(before);
  });
});

describe('together with Python', () => {
  function inPython(program: string, ...given: string[]): string {
    const root = fileURLToPath(new URL('../../../../', import.meta.url));
    return execFileSync(process.env['PYTHON'] ?? 'python', ['-c', program, ...given], {
      cwd: root
    }).toString();
  }

  it('edits become columns, and columns built in Python become fields', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fields-'));
    try {
      const [captured, built] = [join(folder, 'a.cellucid-session'), join(folder, 'b.cellucid-session')];
      const blob = await captureSession(await edited());
      writeFileSync(captured, new Uint8Array(await blob.arrayBuffer()));
      const program = `
import json, sys
import anndata, numpy as np, pandas as pd
from cellucid_ext import CellucidSessionBundle, build_session
from cellucid_ext.session.rows import row_identity
from cellucid_ext.session.validate import find_faults
n = ${N}
names = [f"cell-{i}" for i in range(n)]
kinds = ["B cell", "T cell", "NK", None]
kind = pd.Categorical([kinds[i % 4] for i in range(n)], categories=kinds[:3])
obs = pd.DataFrame({"kind": kind, "score": np.arange(n, dtype=float)}, index=names)
adata = anndata.AnnData(np.zeros((n, 2), dtype=np.float32), obs=obs)
adata.var_names = ["CD3E", "HLA-A/B"]
bundle = CellucidSessionBundle(sys.argv[1])
raw = bundle.path.read_bytes()
order = row_identity(names).order_sha256
bundle.path.write_bytes(raw.replace(b"a" * 64, order.encode()))
bundle = CellucidSessionBundle(sys.argv[1])
after = bundle.apply_to_anndata(adata)
new = [c for c in after.obs if c not in adata.obs]
build_session(after, [], ["kind", "kind__2"], sys.argv[2])
print(json.dumps({
    "order": order,
    "columns": {c: [None if pd.isna(v) else (float(v) if isinstance(v, (float, np.floating)) else str(v))
                    for v in after.obs[c]] for c in new},
    "colors": {k: list(map(str, v)) for k, v in after.uns.items() if k.endswith("_colors")},
    "faults": [str(fault) for fault in find_faults(sys.argv[1]) if fault.chunk != "identity/obs-names"],
    "same": bool(after.obs["kind"].equals(adata.obs["kind"])),
}))`;
      const said = JSON.parse(inPython(program, captured, built)) as Record<string, unknown>;
      const kinds = ['B cell', 'kind', 'kind', null];
      expect(said).toMatchObject({
        columns: {
          // The data have a “kind” of their own, which stays.
          kind__2: Array.from({ length: N }, (_, i) => kinds[i % 4]),
          Marker: Array(N).fill(0)
        },
        colors: { kind__2_colors: ['#00ff00', expect.stringMatching(/^#[0-9a-f]{6}$/)] }
      });
      expect(said).toMatchObject({ same: true, faults: [] });

      const given = tables(N);
      const identity = given.documents['dataset_identity.json'] as Record<string, unknown>;
      identity['rows'] = { ...(identity['rows'] as object), orderSha256: said['order'] };
      const app = new App(await Dataset.open(filesOf(given)));
      const { skipped } = await restoreSession(app, new Blob([readFileSync(built)]));
      expect(skipped).toEqual([]);
      const ours = app.fields.value.list.filter(({ ref }) => ref.source === 'user');
      // The data have a “kind” of their own here, too.
      expect(ours.map(({ name }) => name)).toEqual(['kind (2)', 'kind__2']);
      const columns = ours.map(({ ref }) => app.columns.ready(ref));
      const told = columns.map(column =>
        column?.kind === 'categorical'
          ? Array.from(column.codes, code => column.labels[code] ?? null)
          : null
      );
      const data = ['B cell', 'T cell', 'NK', null];
      expect(told[0]).toEqual(Array.from({ length: N }, (_, i) => data[i % 4]));
      expect(told[1]).toEqual(Array.from({ length: N }, (_, i) => kinds[i % 4]));
      expect(columns[1]).toMatchObject({ colors: ['#00ff00', expect.any(String) as string] });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
