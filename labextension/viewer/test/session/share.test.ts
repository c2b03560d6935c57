import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

import { Dataset } from '../../src/data/dataset';
import { captureSession } from '../../src/session/capture';
import { shareSizes, shareZip, type Along } from '../../src/session/share';
import { App } from '../../src/state/app';
import { setFilterEnabled, setRange } from '../../src/state/filters';
import { setField } from '../../src/state/views';
import { usedGenes } from '../../src/state/used';
import { Changing, loaded, tables } from '../fixture';

const N = 20;
const CD3E = { source: 'var', key: 'CD3E' } as const;
const GENE = { source: 'var', key: 'HLA-A/B' } as const;

/** What a zip holds, as Python reads it. */
async function unzip(zip: Blob): Promise<Map<string, Buffer>> {
  const folder = mkdtempSync(join(tmpdir(), 'share-'));
  try {
    const path = join(folder, 'a.zip');
    writeFileSync(path, Buffer.from(await zip.arrayBuffer()));
    const program = `
import base64, json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    print(json.dumps({n: base64.b64encode(archive.read(n)).decode() for n in archive.namelist()}))`;
    const python = process.env['PYTHON'] ?? 'python';
    const found = JSON.parse(execFileSync(python, ['-c', program, path]).toString()) as object;
    return new Map(
      Object.entries(found).map(([name, held]) => [name, Buffer.from(held as string, 'base64')])
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A dataset with outliers, a graph and vector fields, some of its files gzipped already. */
function given(): Changing {
  const all = tables(N);
  const { documents, binaries } = all;
  const identity = documents['dataset_identity.json'] as Record<string, object>;
  Object.assign(identity['stats']!, { has_connectivity: true, n_edges: 2, n_vars: 40 });
  Object.assign(identity, { vector_fields: { fields: {} }, description: 'kept', notes: ['old'] });
  documents['connectivity_manifest.json'] = {
    n_edges: 2,
    index_dtype: 'uint16',
    sourcesPath: 'connectivity/edges.src.bin',
    destinationsPath: 'connectivity/edges.dst.bin'
  };
  binaries['connectivity/edges.src.bin'] = Uint16Array.of(0, 1);
  binaries['connectivity/edges.dst.bin'] = Uint16Array.of(3, 4);
  // Files are asked for as they are, and so are manifests.
  for (const [path, value] of Object.entries(documents)) {
    binaries[path] = new TextEncoder().encode(JSON.stringify(value));
  }
  return new Changing(all);
}

async function along(app: App, other: Partial<Along> = {}): Promise<Along> {
  const session = await captureSession(app, 'none');
  return { session, sessionName: 'a b.cellucid-session', genes: ['HLA-A/B'], names: true, ...other };
}

const nobody = {
  signal: new AbortController().signal,
  expect: () => undefined,
  heard: () => undefined
};

describe('a shared dataset', () => {
  it('is a folder of gzipped files with the genes that go along, and the session', async () => {
    const files = given();
    const app = new App(await Dataset.open(files));
    const goes = await along(app);
    const sums = { expected: 0, heard: 0 };
    const zip = await shareZip(app.dataset, goes, {
      ...nobody,
      expect: bytes => (sums.expected += bytes),
      heard: bytes => (sums.heard += bytes)
    });
    const found = await unzip(zip);
    expect([...found.keys()].sort()).toEqual(
      [
        'Cells/a b.cellucid-session',
        'Cells/connectivity/edges.dst.bin.gz',
        'Cells/connectivity/edges.src.bin.gz',
        'Cells/connectivity_manifest.json',
        'Cells/dataset_identity.json',
        'Cells/obs/kind.codes.u8.gz',
        'Cells/obs/score.values.f32.gz',
        'Cells/obs_manifest.json',
        'Cells/obs_names.txt',
        'Cells/points_2d.bin.gz',
        'Cells/points_3d.bin.gz',
        'Cells/state-snapshots.json',
        'Cells/var/HLA-A_B.values.f32.gz',
        'Cells/var_manifest.json'
      ].sort()
    );
    const size = 20 * (8 + 12 + 1 + 4 + 4) + 8;
    expect(sums).toEqual({ expected: size, heard: size });
    const sizes = shareSizes(app.dataset, goes.genes);
    expect(sizes).toEqual({ points: 400, obs: 100, genes: 80, graph: 8 });
    const json = (path: string): unknown => JSON.parse(found.get(`Cells/${path}`)!.toString());
    expect(json('state-snapshots.json')).toEqual({ states: ['a%20b.cellucid-session'] });
    expect(json('dataset_identity.json')).toMatchObject({
      id: 'cells-1',
      description: 'kept',
      stats: { n_cells: N, n_genes: 1, n_vars: 40 },
      notes: [
        'old',
        '1 of 2 genes went along when it was shared',
        'the vector fields did not go along when it was shared'
      ],
      rows: { count: N }
    });
    expect(json('dataset_identity.json')).not.toHaveProperty('vector_fields');
    // What it says is where the files are, and they hold what they held.
    const reads = new Map([...found].map(([path, held]) => [path.slice('Cells/'.length), held]));
    const again = await Dataset.open({
      json: path => Promise.resolve(JSON.parse(reads.get(path)!.toString())),
      data: path => Promise.resolve(new Uint8Array(reads.get(path)!).buffer)
    });
    for (const ref of [...app.dataset.obsFields.map(field => field.ref), GENE]) {
      expect(await again.column(ref)).toEqual(await app.dataset.column(ref));
    }
    expect(await again.points(3)).toEqual(await app.dataset.points(3));
    expect(await again.graph()).toEqual(await app.dataset.graph());
    expect(again.genes).toEqual(['HLA-A/B']);
    expect(again.nVars).toBe(40);
    expect(gunzipSync(found.get('Cells/obs/kind.codes.u8.gz')!)).toHaveLength(N);
    expect(found.get('Cells/a b.cellucid-session')).toEqual(
      Buffer.from(await goes.session.arrayBuffer())
    );
  });

  it('goes without names, and without genes', async () => {
    const files = given();
    const app = new App(await Dataset.open(files));
    const found = await unzip(
      await shareZip(app.dataset, await along(app, { names: false, genes: [] }), nobody)
    );
    expect([...found.keys()].filter(path => /var|names/.test(path))).toEqual([]);
    expect(Buffer.concat([...found.values()]).includes('cell-7')).toBe(false);
    expect(files.count('obs_names.txt')).toBe(0);
  });

  it('goes without names where the folder has none', async () => {
    const files = given();
    delete files.tables.binaries['obs_names.txt'];
    const app = new App(await Dataset.open(files));
    const found = await unzip(await shareZip(app.dataset, await along(app), nobody));
    expect(found.has('Cells/obs_names.txt')).toBe(false);
  });

  it('says what could not be had, or that it was ended, and gives no zip', async () => {
    const files = given();
    const app = new App(await Dataset.open(files));
    const goes = await along(app);
    delete files.tables.binaries['points_3d.bin'];
    await expect(shareZip(app.dataset, goes, nobody)).rejects.toThrow('no file points_3d.bin');
    const end = new AbortController();
    files.before = path => {
      if (path === 'obs_manifest.json') end.abort();
    };
    const ended = shareZip(app.dataset, goes, { ...nobody, signal: end.signal });
    await expect(ended).rejects.toThrow('aborted');
    expect(files.count('var/HLA-A_B.values.f32')).toBe(0);
  });

  it('has the genes that views show or filter by', async () => {
    const app = new App(await Dataset.open(given()));
    expect(usedGenes(app)).toEqual([]);
    setField(app, GENE);
    expect(usedGenes(app)).toEqual(['HLA-A/B']);
    setField(app, { source: 'obs', key: 'kind' });
    expect(usedGenes(app)).toEqual([]);
    // One that is switched off may be switched on there.
    setField(app, CD3E);
    await loaded(app);
    setRange(app, CD3E, 1, 2);
    setField(app, { source: 'obs', key: 'kind' });
    setFilterEnabled(app, app.activeView.value.filters[0]!, false);
    expect(usedGenes(app)).toEqual(['CD3E']);
  });
});
