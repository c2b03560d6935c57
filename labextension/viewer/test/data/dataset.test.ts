import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

import { Dataset } from '../../src/data/dataset';
import { safeName } from '../../src/data/manifests';
import { Changing, filesOf, KINDS, tables, type Tables } from '../fixture';

const N = 8;

function edited(edit: (given: Tables) => void): Promise<Dataset> {
  const given = tables(N);
  edit(given);
  return Dataset.open(filesOf(given));
}

describe('Dataset', () => {
  it('tells what it holds', async () => {
    const dataset = await edited(() => undefined);
    expect(dataset.obsFields).toEqual([
      { ref: { source: 'obs', key: 'kind' }, kind: 'categorical', categories: 3 },
      { ref: { source: 'obs', key: 'score' }, kind: 'continuous' }
    ]);
    expect(dataset).toMatchObject({
      id: 'cells-1',
      nCells: N,
      nGenes: 2,
      dimensions: [2, 3],
      defaultDimension: 2,
      genes: ['CD3E', 'HLA-A/B']
    });
    expect(dataset.has({ source: 'obs', key: 'CD3E' })).toBe(false);
    expect(dataset.has({ source: 'var', key: 'CD3E' })).toBe(true);
    expect(dataset.has({ source: 'var', key: 'constructor' })).toBe(false);
  });

  it('reads columns, genes and points', async () => {
    const dataset = await edited(() => undefined);
    expect(await dataset.column({ source: 'obs', key: 'kind' })).toMatchObject({
      kind: 'categorical',
      categories: KINDS,
      codes: Uint8Array.of(0, 1, 2, 255, 0, 1, 2, 255),
      colors: ['#ff0000', null, '#0000ff']
    });
    expect(await dataset.column({ source: 'obs', key: 'score' })).toMatchObject({
      kind: 'continuous',
      min: 1,
      max: 7,
      missing: 1
    });
    expect(await dataset.column({ source: 'var', key: 'HLA-A/B' })).toMatchObject({ max: 0 });
    expect(await dataset.points(2)).toHaveLength(2 * N);
    expect(await dataset.points(3)).toHaveLength(3 * N);
  });

  it('reads a column once, but asks again after a failure', async () => {
    const given = tables(N);
    const files = filesOf(given);
    let reads = 0;
    const dataset = await Dataset.open({
      ...files,
      data: path => (reads++ === 0 ? Promise.reject(new Error('lost')) : files.data(path, null))
    });
    const kind = { source: 'obs', key: 'kind' } as const;
    await expect(dataset.column(kind)).rejects.toThrow('lost');
    const [a, b] = await Promise.all([dataset.column(kind), dataset.column(kind)]);
    expect(a).toBe(b);
    expect(reads).toBe(2);
  });

  it('keeps a bounded number of columns', async () => {
    const given = tables(N);
    const genes = Array.from({ length: 80 }, (_, i) => `G${i}`);
    (given.documents['var_manifest.json'] as { fields: unknown }).fields = genes.map(g => [g]);
    const files = filesOf(given);
    const read: string[] = [];
    const dataset = await Dataset.open({
      ...files,
      data: path => (read.push(path), Promise.resolve(new ArrayBuffer(4 * N)))
    });
    for (const key of [...genes, 'G0', 'G79']) {
      await dataset.column({ source: 'var', key });
    }
    expect(read.slice(80)).toEqual(['var/G0.values.f32']);
  });

  it('reads quantized values: the top code is missing', async () => {
    const dataset = await edited(({ documents, binaries }) => {
      documents['var_manifest.json'] = {
        _varSchema: { pathPattern: 'var/{key}.{ext}', ext: 'u8', dtype: 'uint8', quantized: true },
        fields: [['CD3E', 10, 20]]
      };
      binaries['var/CD3E.u8'] = Uint8Array.of(0, 127, 254, 255, 0, 0, 0, 0);
    });
    const column = await dataset.column({ source: 'var', key: 'CD3E' });
    expect(column).toMatchObject({ min: 10, max: 20, missing: 1 });
    expect('values' in column && [...column.values.slice(0, 4)]).toEqual([10, 15, 20, NaN]);
  });

  it('reads gzipped files, to the expected size only', async () => {
    const gzipped = (length: number): Promise<Dataset> =>
      edited(({ documents, binaries }) => {
        const manifest = documents['obs_manifest.json'] as Record<string, Record<string, unknown>>;
        manifest['_obsSchemas']!['categorical'] = { codesPathPattern: 'obs/{key}.{ext}.gz' };
        binaries['obs/kind.u8.gz'] = new Uint8Array(gzipSync(new Uint8Array(length)));
      });
    const kind = { source: 'obs', key: 'kind' } as const;
    expect(await (await gzipped(N)).column(kind)).toMatchObject({ codes: new Uint8Array(N) });
    await expect((await gzipped(N + 1)).column(kind)).rejects.toThrow('found more');
  });

  it('finds the files of keys whose safe names would be the same', async () => {
    const dataset = await edited(({ documents, binaries }) => {
      const manifest = documents['var_manifest.json'] as Record<string, unknown>;
      manifest['fields'] = [['A/B'], ['A B']];
      manifest['_files'] = { 'A B': 'A_B-2' };
      binaries['var/A_B.values.f32'] = new Float32Array(N).fill(1);
      binaries['var/A_B-2.values.f32'] = new Float32Array(N).fill(2);
    });
    expect(await dataset.column({ source: 'var', key: 'A/B' })).toMatchObject({ max: 1 });
    expect(await dataset.column({ source: 'var', key: 'A B' })).toMatchObject({ max: 2 });
  });

  it('knows who the rows are at once, or reads it once when it is asked', async () => {
    const dataset = await edited(() => undefined);
    expect(await dataset.rows()).toMatchObject({ count: N, orderSha256: 'a'.repeat(64) });
    const given = tables(N);
    const identity = given.documents['dataset_identity.json'] as Record<string, unknown>;
    given.documents['rows.json'] = identity['rows'];
    identity['rows'] = null;
    const files = new Changing(given, 'r1');
    const large = await Dataset.open(files);
    expect(files.count('rows.json')).toBe(0);
    const [a, b] = await Promise.all([large.rows(), large.rows()]);
    expect(a).toEqual(await dataset.rows());
    expect(b).toBe(a);
    expect(files.asked.filter(([path]) => path === 'rows.json')).toEqual([['rows.json', 'r1']]);
  });

  it.each<[string, unknown]>([
    ['says nothing of them', undefined],
    ['promises a file that is not there', null]
  ])('does not know who the rows are of a folder that %s', async (_, rows) => {
    const dataset = await edited(({ documents }) => identity(documents, 'rows', rows));
    expect(await dataset.rows()).toBeNull();
  });

  it('refuses rows that are none', async () => {
    const dataset = await edited(({ documents }) => {
      identity(documents, 'rows', null);
      documents['rows.json'] = { count: -1 };
    });
    await expect(dataset.rows()).rejects.toThrow('rows.json.count: expected a whole number');
  });

  it('tells what of it is not shown, and why', async () => {
    const dataset = await edited(({ documents }) => {
      Object.assign(documents['dataset_identity.json'] as object, {
        source: { kind: 'AnnData in memory', expression: 'X', gene_names: 'index', modality: null },
        left_out: [{ what: 'obs column', key: '<img src=x>', why: 'dates are not shown' }],
        notes: ['3 of 8 cells have no position']
      });
      identity(documents, 'embeddings', { keys: { '2d': 'X_umap' } });
      identity(documents, 'stats', { n_edges: 12, has_connectivity: true });
    });
    expect(dataset.report).toEqual({
      kind: 'AnnData in memory',
      expression: 'X',
      geneNames: 'index',
      modality: null,
      embeddings: new Map([[2, 'X_umap']]),
      nEdges: 12,
      leftOut: [{ what: 'obs column', key: '<img src=x>', why: 'dates are not shown' }],
      notes: ['3 of 8 cells have no position']
    });
  });

  it('opens a folder that says nothing of that, or keeps another thing in its place', async () => {
    const dataset = await edited(({ documents }) => {
      identity(documents, 'source', { name: 'A study', url: null });
      identity(documents, 'stats', { n_edges: null });
    });
    expect(dataset.report).toMatchObject({ kind: null, leftOut: [], notes: [], nEdges: 0 });
  });

  it('cuts long words for people, and leaves out those that are odd', async () => {
    const long = 'é'.repeat(20_000);
    const dataset = await edited(({ documents }) => {
      const left = { what: 'obs column', key: 'when', why: 'dates are not shown' };
      Object.assign(documents['dataset_identity.json'] as object, {
        name: long,
        source: { kind: long, expression: 7, gene_names: null, modality: [] },
        left_out: [{ ...left, key: `${'x'.repeat(998)}😀y`, why: long }, { what: 1 }, null, left],
        notes: [long, 3, 'short'],
        obs_fields: [{ key: 'kind', colors: [long, 'red', 4] }]
      });
      identity(documents, 'embeddings', { keys: { '2d': long, '3d': {} } });
      identity(documents, 'stats', { n_edges: -1, has_connectivity: true });
    });
    const name = `${'é'.repeat(999)}…`;
    const words = `${'é'.repeat(9999)}…`;
    expect(dataset.name).toBe(name);
    expect(dataset.report).toEqual({
      kind: words,
      expression: null,
      geneNames: null,
      modality: null,
      embeddings: new Map([[2, name]]),
      nEdges: null,
      leftOut: [
        { what: 'obs column', key: `${'x'.repeat(998)}…`, why: words },
        { what: 'obs column', key: 'when', why: 'dates are not shown' }
      ],
      notes: [words, 'short']
    });
    const kind = await dataset.column({ source: 'obs', key: 'kind' });
    expect(kind).toMatchObject({ colors: [null, 'red', null] });
    const bare = await edited(({ documents }) => {
      const odd = { name: null, source: 'a study', left_out: 'none', notes: 3 };
      Object.assign(documents['dataset_identity.json'] as object, odd);
    });
    expect(bare.name).toBe('cells-1');
    expect(bare.report).toMatchObject({ kind: null, leftOut: [], notes: [] });
  });

  it('opens what is called by whole sequences', async () => {
    const [gene, column, category] = [1500, 9000, 50_000].map(n => 'ACGT'.repeat(n / 4));
    const dataset = await edited(({ documents, binaries }) => {
      const genes = documents['var_manifest.json'] as Record<string, unknown>;
      Object.assign(genes, { fields: [[gene]], _files: { [gene!]: 'ACGT-2' } });
      binaries['var/ACGT-2.values.f32'] = new Float32Array(N).fill(5);
      identity(documents, 'obs_fields', [{ key: column, kind: 'categorical' }]);
      codes(documents, [column, [category], 'uint8', 255]);
      Object.assign(documents['obs_manifest.json'] as object, { _files: { [column!]: 'kind' } });
    });
    expect(await dataset.column({ source: 'var', key: gene! })).toMatchObject({ max: 5 });
    const found = await dataset.column({ source: 'obs', key: column! });
    expect(found).toMatchObject({ categories: [category] });
  });

  it('refuses files of a wrong length', async () => {
    const dataset = await edited(({ binaries }) => {
      binaries['points_2d.bin'] = new Float32Array(3);
      binaries['obs/kind.codes.u8'] = new Uint8Array(N + 1);
      binaries['obs/score.values.f32'] = new Uint8Array(5);
    });
    await expect(dataset.points(2)).rejects.toThrow('points_2d.bin: expected 64 bytes, not 12');
    await expect(dataset.column({ source: 'obs', key: 'kind' })).rejects.toThrow('not 9');
    await expect(dataset.column({ source: 'obs', key: 'score' })).rejects.toThrow('not 5');
    await expect(dataset.points(1)).rejects.toThrow('no 1D embedding');
  });

  it.each<[string, (documents: Record<string, unknown>) => void, string]>([
    ['an identity that is a list', d => (d['dataset_identity.json'] = []), 'an object'],
    ['a negative number of cells', d => identity(d, 'stats', { n_cells: -1 }), 'stats.n_cells'],
    ['no dimensions', d => identity(d, 'embeddings', { available_dimensions: [] }), 'at least one'],
    ['four dimensions', d => identity(d, 'embeddings', { available_dimensions: [4] }), 'one of'],
    ['an unknown type of codes', d => codes(d, ['kind', KINDS, 'int64', 255]), 'codesDtype'],
    ['a category that is a number', d => codes(d, ['kind', [1], 'uint8', 255]), 'categories[0]'],
    ['a revision that is a list', d => identity(d, 'revision', []), 'revision'],
    ['a column without a name', d => codes(d, [null, KINDS, 'uint8', 255]), '_categoricalFields']
  ])('refuses %s', async (_, edit, why) => {
    await expect(edited(({ documents }) => edit(documents))).rejects.toThrow(why);
  });
});

/** Set a part of the identity; of an object those parts that are given. */
function identity(documents: Record<string, unknown>, key: string, value: unknown): void {
  const found = documents['dataset_identity.json'] as Record<string, unknown>;
  const whole = typeof value !== 'object' || value === null || Array.isArray(value);
  found[key] = whole ? value : { ...(found[key] as object | undefined), ...value };
}

function codes(documents: Record<string, unknown>, entry: unknown[]): void {
  (documents['obs_manifest.json'] as Record<string, unknown>)['_categoricalFields'] = [entry];
}

describe('safeName', () => {
  it.each([
    ['HLA-A/B (cells)', 'HLA-A_B_cells'],
    ['..', 'field'],
    ['', 'field'],
    ['../../etc/passwd', 'etc_passwd'],
    ['naïve', 'na_ve']
  ])('%s → %s', (key, name) => {
    expect(safeName(key)).toBe(name);
  });
});
