/** The page and Python write the same bytes for the same state, in both directions. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { effect } from '@preact/signals';
import { expect, it } from 'vitest';

import { Dataset } from '../../src/data/dataset';
import { captureSession } from '../../src/session/capture';
import { restoreSession } from '../../src/session/restore';
import { App } from '../../src/state/app';
import { addGroup } from '../../src/state/groups';
import { setCamera } from '../../src/state/views';
import { fill } from '../filled';
import { filesOf, loaded, tables } from '../fixture';
import { appFor, blobOf, inFolder, inPython, putTogether, takeApart, vector, type Json } from './parts';

const N = 700;

/** The payload of each chunk, by its id. */
function payloadsOf(file: Buffer): Map<string, Buffer> {
  const { manifest, stored } = takeApart(file);
  return new Map(
    manifest.chunks.map((chunk, i) => [
      String(chunk['id']),
      chunk['codec'] === 'gzip' ? gunzipSync(stored[i]!) : stored[i]!
    ])
  );
}

async function saved(app: App): Promise<Buffer> {
  return Buffer.from(await (await captureSession(app)).arrayBuffer());
}

const NAMES = Array.from({ length: N }, (_, i) => `Zelle ${i} – “ä”\u2028😀`);

/** An app on cells with those names, as the server would tell of them. */
async function named(orderSha256: string): Promise<App> {
  const given = tables(N);
  const identity = given.documents['dataset_identity.json'] as Json;
  identity['rows'] = { count: N, orderSha256, setSha256: 'b'.repeat(64), unique: true };
  given.binaries['obs_names.txt'] = new TextEncoder().encode(NAMES.map(name => `${name}\n`).join(''));
  const app = new App(await Dataset.open(filesOf(given)));
  await loaded(app);
  return app;
}

const BUILT = `
import json, sys, anndata, numpy as np, pandas as pd
from cellucid_ext import build_session
names = json.loads(sys.argv[2])
n = len(names)
i = np.arange(n)
obs = pd.DataFrame({
    "odd": i % 2 == 1,
    "none": False,
    "all": True,
    "Zweite / “é”\\u2028\\x1f": i > 600,
    "small": pd.Categorical.from_codes(np.where(i % 7 == 0, -1, i % 3), ["é\\\\", "T \\"x\\" 😀", "</script>"]),
    "runs": pd.Categorical.from_codes(i // 300, ["1", "2.0", "1e-05"]),
    "wide": pd.Categorical.from_codes(np.where(i % 11 == 0, -1, (i * 37) % 300), [f"k{k}" for k in range(300)]),
    "wide runs": pd.Categorical.from_codes(i * 299 // n, [f"k{k}" for k in range(300)]),
    "brim": pd.Categorical.from_codes(i % 255, [f"k{k}" for k in range(255)]),
    "nobody": pd.Categorical.from_codes(np.full(n, -1), ["a"]),
}, index=names)
adata = anndata.AnnData(np.zeros((n, 2), dtype=np.float32), obs=obs)
adata.uns["small_colors"] = ["#00FF7f", "#123456", "red"]
fields = ["small", "runs", "wide", "wide runs", "brim", "nobody"]
bundle = build_session(adata, ["odd", "none", "all", "Zweite / “é”\\u2028\\x1f"], fields, sys.argv[1])
print(json.dumps(bundle.row_identity["orderSha256"]))`;

it('saves what Python built as Python did', async () => {
  const [built, app] = await inFolder(async folder => {
    const path = join(folder, 'built.cellucid-session');
    const order = inPython(BUILT, path, JSON.stringify(NAMES));
    return [readFileSync(path), await named(String(order))] as const;
  });
  const { skipped } = await restoreSession(app, blobOf(built));
  expect(skipped).toEqual([]);
  const theirs = payloadsOf(built);
  const ours = payloadsOf(await saved(app));
  const both = [...theirs.keys()].filter(id => ours.has(id));
  expect(both).toEqual([
    'core/field-overlays',
    'highlights/meta',
    ...[1, 2, 3, 4, 5, 6].map(i => `user-defined/codes/user_cat_${i}`),
    ...[1, 3, 4].map(i => `highlights/cells/highlight_${i}`),
    'identity/obs-names'
  ]);
  expect(both).toHaveLength(theirs.size);
  for (const id of both) {
    expect(ours.get(id)!.toString('latin1'), id).toBe(theirs.get(id)!.toString('latin1'));
  }
});

const WRITTEN = `
import json, sys
from cellucid_ext import CellucidSessionBundle, SessionWriter
from cellucid_ext.session.codecs import encode_cells, encode_codes, encode_names
bundle = CellucidSessionBundle(sys.argv[1])
writer = SessionWriter()
encoders = {"highlights/cells/": encode_cells, "user-defined/codes/": encode_codes, "identity/": encode_names}
for chunk_id in bundle.list_chunk_ids():
    value = bundle.decode_chunk(chunk_id)
    encode = [encode for start, encode in encoders.items() if chunk_id.startswith(start)]
    if encode or isinstance(value, bytes):
        data = encode[0](value) if encode else value
        writer.add_bytes(chunk_id, data, contributor="c")
    else:
        writer.add_json(chunk_id, value, contributor="c")
again = CellucidSessionBundle(writer.write(sys.argv[2]))
print(json.dumps([
    [chunk_id, again.read_payload(chunk_id) == bundle.read_payload(chunk_id)]
    for chunk_id in bundle.list_chunk_ids()
]))`;

it('is written by Python as it was saved', async () => {
  const app = await named('a'.repeat(64));
  fill(app);
  // Numbers that Python would write in its own way.
  const odd = [-0, 1e-7, 0.00001] as const;
  setCamera(app, 'live', { mode: 'orbit', position: odd, target: [1e5, 123456.75, 5e-324], up: [0, 1, 0], zoom: 1 });
  addGroup(app, 'lasso', '“é”\u2028\u0000\u007f\ud800 😀 1.0 1e-05', Uint32Array.of(0, 300, 699));
  const theirs = vector('medium.cellucid-session');
  const other = await appFor(theirs);
  await restoreSession(other, blobOf(theirs));
  for (const [file, chunks] of [[await saved(app), 6], [await saved(other), 12]] as const) {
    const said = await inFolder(folder => {
      const path = join(folder, 'saved.cellucid-session');
      writeFileSync(path, file);
      return inPython(WRITTEN, path, join(folder, 'written.cellucid-session'));
    });
    const ids = [...payloadsOf(file).keys()];
    expect(ids).toHaveLength(chunks);
    expect(said).toEqual(ids.map(id => [id, true]));
  }
});

it('carries along what it does not know, byte for byte, also while a session arrives', async () => {
  const parts = takeApart(vector('small.cellucid-session'));
  const strange: Json[] = [
    { id: 'future/eager', priority: 'eager', codec: 'gzip', kind: 'json', storedBytes: -5, 'é': ['\ud800', { a: null }] },
    { id: 'future/zstd', priority: 'lazy', codec: 'zstd', kind: 'tensor', uncompressedBytes: 'much', dependsOn: ['core/state'] },
    { id: '__proto__' },
    { id: 'future/empty', datasetDependent: true, label: null }
  ];
  const stored = ['no gzip', '\u0001\u0002', 'x', ''].map(text => Buffer.from(text));
  const given = putTogether({
    manifest: { ...parts.manifest, chunks: [...parts.manifest.chunks, ...strange] },
    stored: [...parts.stored, ...stored]
  });
  const wanted = [
    ...strange.map((chunk, i) => [chunk, stored[i]!.toString()]),
    [parts.manifest.chunks.at(-1), parts.stored.at(-1)!.toString()]
  ];
  const carried = (file: Buffer): unknown[] => {
    const found = takeApart(file);
    return wanted.map(([chunk]) => {
      const at = found.manifest.chunks.findIndex(({ id }) => id === (chunk as Json)['id']);
      return [found.manifest.chunks[at], found.stored[at]?.toString()];
    });
  };
  const app = await appFor(given);
  const meanwhile: Promise<Buffer>[] = [];
  const stop = effect(() => {
    // Once the first stage is there, and after each part of the second.
    if ((app.arrival.value?.done.value ?? 0) > 0 && app.slots.carried.signal.value.length > 0) {
      meanwhile.push(saved(app));
    }
  });
  await restoreSession(app, blobOf(given));
  stop();
  const files = await Promise.all([...meanwhile, saved(app)]);
  expect(files.length).toBeGreaterThan(2);
  for (const file of files) {
    expect(carried(file)).toEqual(wanted);
  }
  // And once more, by way of another page.
  const other = await appFor(given);
  await restoreSession(other, blobOf(files[0]));
  expect(carried(await saved(other))).toEqual(wanted);
  // Whatever was on its way when it was saved came along.
  const groups = other.highlights.value.pages.flatMap(page => page.groups);
  expect(groups.map(({ id, cells }) => [id, cells.length])).toEqual([
    ['highlight_1', 9],
    ['highlight_2', 10],
    ['highlight_3', 0]
  ]);
  const fields = other.slots.fields.signal.value.made.map(({ id, made }) => [
    id,
    made.kind === 'category' ? made.codes.length : null
  ]);
  // The fifth is of genes.
  const categories = [1, 2, 3, 4, 6].map(i => [`user_cat_${i}`, 41]);
  expect(fields).toEqual([...categories, ['user_cont_7', null]]);
});
