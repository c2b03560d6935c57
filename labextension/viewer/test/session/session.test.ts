import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

import { Dataset } from '../../src/data/dataset';
import { captureSession } from '../../src/session/capture';
import { restoreSession } from '../../src/session/restore';
import { App } from '../../src/state/app';
import { confirmCandidate } from '../../src/state/confirm';
import { setVisibility, toggleCategory } from '../../src/state/filters';
import { addGroup, reopenGroup } from '../../src/state/groups';
import { adopt, snapshot } from '../../src/state/keep';
import { redo, undo } from '../../src/state/undo';
import { setCamera, setField } from '../../src/state/views';
import { fill, views } from '../filled';
import { Changing, filesOf, loaded, openFixture, tables } from '../fixture';

const N = 20;
const SMALL = fileURLToPath(
  new URL('../../../../tests/vectors/small.cellucid-session', import.meta.url)
);

interface Frames {
  readonly manifest: Record<string, unknown> & { readonly chunks: Record<string, unknown>[] };
  readonly stored: readonly Buffer[];
}

/** The file taken apart by hand, as the format's description has it. */
function takeApart(file: Buffer): Frames {
  expect(file.subarray(0, 17).toString('latin1')).toBe('CELLUCID_SESSION\n');
  const length = file.readUInt32LE(17);
  const manifest = JSON.parse(file.subarray(21, 21 + length).toString()) as Frames['manifest'];
  const stored: Buffer[] = [];
  let at = 21 + length;
  while (at < file.length) {
    const size = file.readUInt32LE(at);
    stored.push(file.subarray(at + 4, at + 4 + size));
    at += 4 + size;
  }
  expect(at).toBe(file.length);
  return { manifest, stored };
}

/** What a Python program prints, run where the package is. */
function inPython(program: string, ...given: string[]): string {
  const root = fileURLToPath(new URL('../../../../', import.meta.url));
  const python = process.env['PYTHON'] ?? 'python';
  return execFileSync(python, ['-c', program, ...given], { cwd: root }).toString();
}

async function filled(): Promise<App> {
  const app = await openFixture(N);
  fill(app);
  return app;
}

async function bytesOf(app: App): Promise<Buffer> {
  return Buffer.from(await (await captureSession(app)).arrayBuffer());
}

describe('a captured session', () => {
  it('is laid out as format 1', async () => {
    const { manifest, stored } = takeApart(await bytesOf(await filled()));
    expect(Object.keys(manifest)).toEqual([
      'createdAt',
      'dataSource',
      'datasetFingerprint',
      'cellucidExt',
      'chunks'
    ]);
    expect(manifest).toMatchObject({
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      dataSource: { sourceType: 'jupyter', datasetId: 'cells-1', userPath: null },
      datasetFingerprint: {
        sourceType: 'jupyter',
        datasetId: 'cells-1',
        cellCount: N,
        varCount: 2
      },
      cellucidExt: {
        writer: { name: 'cellucid_ext' },
        rows: {
          count: N,
          orderSha256: 'a'.repeat(64),
          setSha256: 'b'.repeat(64),
          unique: true
        }
      }
    });
    const keys = ['id', 'contributorId', 'priority', 'kind'];
    expect(manifest.chunks.map(chunk => keys.map(key => chunk[key]))).toEqual([
      ['core/field-overlays', 'field-overlays', 'eager', 'json'],
      ['core/state', 'core-state', 'eager', 'json'],
      ['highlights/meta', 'highlights-meta', 'eager', 'json'],
      ['highlights/cells/highlight_3', 'highlights-cells', 'lazy', 'binary'],
      ['identity/obs-names', 'identity', 'lazy', 'binary']
    ]);
    expect(stored).toHaveLength(5);
    const chunks = manifest.chunks.map((chunk, i) => {
      const bytes = gunzipSync(stored[i]!);
      expect(chunk).toMatchObject({
        codec: 'gzip',
        datasetDependent: true,
        label: expect.any(String) as string,
        storedBytes: stored[i]!.length,
        uncompressedBytes: bytes.length
      });
      return bytes;
    });
    expect(JSON.parse(chunks[1]!.toString())).toEqual({
      schema: 1,
      views: JSON.parse(JSON.stringify(views)) as unknown,
      activeViewId: 'kept_1',
      layout: { mode: 'single', camerasLocked: false, nextView: 4 },
      places: { kept_1: { left: 0, top: 0, width: 640, height: 480 } },
      viewport: { width: 640, height: 480 }
    });
    const meta = JSON.parse(chunks[2]!.toString()) as Record<string, unknown>;
    expect(meta).toMatchObject({ activePageId: 'page_5', activePageName: 'Empty' });
    expect(meta['pages']).toMatchObject([
      {
        id: 'page_2',
        name: 'Mine',
        color: '#123456',
        highlightedGroups: [
          {
            id: 'highlight_3',
            type: 'lasso',
            label: 'Lasso “é”',
            enabled: true,
            cellCount: 3,
            fieldKey: 'kind',
            categoryIndex: 2
          },
          { id: 'highlight_7', cellCount: 0, enabled: false }
        ]
      },
      { id: 'page_5', highlightedGroups: [] }
    ]);
    expect([...chunks[3]!]).toEqual([3, 0, 3, 16]);
    expect(chunks[4]!.toString().split('\n').slice(0, 2)).toEqual(['cell-0', 'cell-1']);
  });

  it('brings back every part of the state, as one step of undo', async () => {
    const old = await filled();
    const app = await openFixture(N);
    const { pages } = app.highlights.value;
    const { restored, skipped } = await restoreSession(app, await captureSession(old));
    expect(skipped).toEqual([]);
    expect(restored).toHaveLength(5);
    // The selection being made is never saved.
    expect(snapshot(app)).toEqual({
      ...(snapshot(old) as object),
      candidate: app.candidate.value
    });
    expect(app.candidate.value.cells).toBeNull();
    expect(app.changes.past.value).toHaveLength(1);
    undo(app);
    expect(app.highlights.value.pages).toEqual(pages);
  });

  it('has the state of one moment, whatever happens while it is written', async () => {
    const app = await openFixture(N);
    const capturing = captureSession(app);
    fill(app);
    const { manifest } = takeApart(Buffer.from(await (await capturing).arrayBuffer()));
    expect(manifest.chunks.map(chunk => chunk['id'])).not.toContain('highlights/cells/highlight_3');
  });

  it('is saved without the names where they can’t be read, and the person is told', async () => {
    const given = tables(N);
    delete given.binaries['obs_names.txt'];
    const app = new App(await Dataset.open(filesOf(given)));
    fill(app);
    const { manifest } = takeApart(await bytesOf(app));
    expect(manifest.chunks).toHaveLength(4);
    expect(app.messages.value.some(({ text }) => text.includes('without “identity”'))).toBe(true);
  });

  it('opens in Python', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'session-'));
    try {
      const path = join(folder, 'a.cellucid-session');
      writeFileSync(path, await bytesOf(await filled()));
      const program = `
import json, sys
from cellucid_ext.session import CellucidSessionBundle
bundle = CellucidSessionBundle(sys.argv[1])
cells = bundle.decode_chunk("highlights/cells/highlight_3")
print(json.dumps({
    "fingerprint": bundle.dataset_fingerprint,
    "chunks": bundle.list_chunk_ids(),
    "cells": [int(cell) for cell in cells],
    "label": bundle.decode_chunk("highlights/meta")["pages"][0]["highlightedGroups"][0]["label"],
    "names": bundle.read_payload("identity/obs-names").decode().split("\\n")[:2],
}))`;
      const said = inPython(program, path);
      expect(JSON.parse(said)).toEqual({
        fingerprint: {
          sourceType: 'jupyter',
          datasetId: 'cells-1',
          cellCount: N,
          varCount: 2
        },
        chunks: [
          'core/field-overlays',
          'core/state',
          'highlights/meta',
          'highlights/cells/highlight_3',
          'identity/obs-names'
        ],
        cells: [0, 3, 19],
        label: 'Lasso “é”',
        names: ['cell-0', 'cell-1']
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a session of a dataset whose rows have a file of their own', () => {
  async function large(): Promise<{ app: App; files: Changing }> {
    const given = tables(N);
    const identity = given.documents['dataset_identity.json'] as Record<string, unknown>;
    given.documents['rows.json'] = identity['rows'];
    identity['rows'] = null;
    const files = new Changing(given);
    return { app: new App(await Dataset.open(files)), files };
  }

  it('says how its data were read, and counts genes that are not shown', async () => {
    const data = tables(N);
    const identity = data.documents['dataset_identity.json'] as Record<string, object>;
    const source = { kind: 'MuData', expression: 'raw', gene_names: 'column:symbol', modality: 'rna' };
    Object.assign(identity, { source });
    Object.assign(identity['stats'] ?? {}, { n_vars: 40 });
    const { manifest } = takeApart(await bytesOf(new App(await Dataset.open(filesOf(data)))));
    expect(manifest).toMatchObject({
      datasetFingerprint: { varCount: 40 },
      cellucidExt: {
        dataMapping: { expression: 'raw', geneNames: 'column:symbol', modality: 'rna' }
      }
    });
  });

  it('has the same fingerprint, and is known by it', async () => {
    const { app, files } = await large();
    fill(app);
    const file = await captureSession(app);
    expect(files.count('rows.json')).toBe(1);
    const small = await captureSession(await filled());
    const [one, other] = await Promise.all(
      [file, small].map(async blob => takeApart(Buffer.from(await blob.arrayBuffer())).manifest)
    );
    expect(one!['cellucidExt']).toEqual(other!['cellucidExt']);
    const { app: again } = await large();
    expect((await restoreSession(again, file)).skipped).toEqual([]);
    const { app: moved, files: theirs } = await large();
    const rows = theirs.tables.documents['rows.json'] as Record<string, unknown>;
    rows['orderSha256'] = 'c'.repeat(64);
    const { restored, skipped } = await restoreSession(moved, file);
    expect(restored).toEqual([]);
    expect(skipped[0]?.why).toContain('another order of the rows');
  });

  it('is restored where they can’t be had, and that their order is not known is said', async () => {
    const file = await captureSession(await filled());
    const { app, files } = await large();
    files.tables.documents['rows.json'] = { count: N };
    const { restored, skipped } = await restoreSession(app, file);
    expect(skipped).toEqual([]);
    expect(restored).toHaveLength(5);
    expect(app.views.value).toEqual(views);
    expect(app.messages.value.find(({ level }) => level === 'warning')?.text).toBe(
      'Whether the session’s cells are in this order is not known: rows.json.orderSha256: ' +
        'expected a string of at most 64 characters'
    );
  });

  it('is saved without them, and says so, where they can’t be had', async () => {
    const { app, files } = await large();
    files.before = path => (path === 'rows.json' ? Promise.reject(new Error('lost')) : undefined);
    const { manifest } = takeApart(await bytesOf(app));
    expect(manifest['cellucidExt']).toMatchObject({ rows: null });
    expect(app.messages.value.at(-1)).toMatchObject({
      level: 'warning',
      text: 'The session was saved without the order of the rows: lost'
    });
  });
});

describe('restoring', () => {
  it('reads another writer’s file: known chunks, and says what it left out', async () => {
    const small = readFileSync(SMALL);
    const { datasetId, cellCount, varCount } = takeApart(small).manifest[
      'datasetFingerprint'
    ] as Record<string, unknown>;
    const given = tables(cellCount as number);
    const identity = given.documents['dataset_identity.json'] as Record<string, unknown>;
    identity['id'] = datasetId;
    identity['stats'] = { n_cells: cellCount, n_genes: varCount };
    delete identity['rows'];
    const app = new App(await Dataset.open(filesOf(given)));
    const { restored, skipped } = await restoreSession(app, new Blob([small]));
    expect(restored).toContain('highlights/meta');
    expect(restored).toContain('highlights/cells/highlight_1');
    expect(skipped.map(({ id }) => id)).toContain('future/thing');
    const groups = app.highlights.value.pages.flatMap(page => page.groups);
    const meta = groups.map(group => [group.id, group.cells.length]);
    expect(meta.length).toBeGreaterThan(1);
    const again = takeApart(await bytesOf(app));
    const saved = again.manifest.chunks.findIndex(chunk => chunk['id'] === 'highlights/meta');
    const pages = (
      JSON.parse(gunzipSync(again.stored[saved]!).toString()) as {
        pages: { highlightedGroups: { id: string; cellCount: number }[] }[];
      }
    ).pages;
    const counts = pages.flatMap(page => page.highlightedGroups).map(g => [g.id, g.cellCount]);
    expect(counts).toEqual(meta);
  });

  it('reads what Python built of columns, if the cells are the same', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'session-'));
    try {
      const path = join(folder, 'built.cellucid-session');
      const program = `
import sys, anndata, numpy as np, pandas as pd
from cellucid_ext import build_session
from cellucid_ext.session.rows import row_identity
names = [f"cell-{i}" for i in range(${N})]
obs = pd.DataFrame({"odd": np.arange(${N}) % 2 == 1, "none": False}, index=names)
adata = anndata.AnnData(np.zeros((${N}, 2), dtype=np.float32), obs=obs)
build_session(adata, ["odd", "none"], [], sys.argv[1])
print(row_identity(names).order_sha256)`;
      const order = inPython(program, path).trim();
      const given = tables(N);
      const identity = given.documents['dataset_identity.json'] as Record<string, unknown>;
      identity['rows'] = { ...(identity['rows'] as object), orderSha256: order };
      const file = new Blob([readFileSync(path)]);
      const app = new App(await Dataset.open(filesOf(given)));
      const { skipped } = await restoreSession(app, file);
      expect(skipped).toEqual([]);
      const groups = app.highlights.value.pages.flatMap(page => page.groups);
      expect(groups.map(({ label, cells }) => [label, [...cells]])).toEqual([
        ['odd', Array.from({ length: N / 2 }, (_, i) => 2 * i + 1)],
        ['none', []]
      ]);
      const others = await restoreSession(await openFixture(N), file);
      expect(others.skipped.every(({ why }) => why.includes('order of the rows'))).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('leaves out what was made with another dataset, and says which part differs', async () => {
    const file = await captureSession(await filled());
    const app = await openFixture(N + 1);
    const before = snapshot(app);
    const { restored, skipped } = await restoreSession(app, file);
    expect(restored).toEqual([]);
    expect(skipped[0]?.why).toBe('it was made with another number of cells: 20, here 21');
    expect(snapshot(app)).toEqual(before);
  });

  it('leaves that out whatever the file says of what fits any dataset', async () => {
    const whole = await bytesOf(await filled());
    const { manifest, stored } = takeApart(whole);
    const said = Buffer.from(
      JSON.stringify({
        ...manifest,
        chunks: manifest.chunks.map(chunk => ({ ...chunk, datasetDependent: false }))
      })
    );
    const length = (bytes: Uint8Array): Buffer => {
      const four = Buffer.alloc(4);
      four.writeUInt32LE(bytes.length);
      return four;
    };
    const frames = stored.flatMap(chunk => [length(chunk), chunk]);
    const app = await openFixture(N + 1);
    const before = snapshot(app);
    const file = new Blob([whole.subarray(0, 17), length(said), said, ...frames] as BlobPart[]);
    expect((await restoreSession(app, file)).restored).toEqual([]);
    expect(snapshot(app)).toEqual(before);
  });

  it('is the same bytes when it is captured again', async () => {
    const chunks = async (app: App): Promise<string[]> =>
      takeApart(await bytesOf(app)).stored.map(chunk => gunzipSync(chunk).toString('latin1'));
    const old = await filled();
    setField(old, { source: 'obs', key: 'kind' });
    await loaded(old);
    toggleCategory(old, { source: 'obs', key: 'kind' }, 'NK', false);
    setVisibility(old, Uint32Array.of(4, 7), false);
    const app = await openFixture(N);
    await restoreSession(app, await captureSession(old));
    // Where views are drawn is no part of the state.
    app.places.value = old.places.value;
    expect(await chunks(app)).toEqual(await chunks(old));
  });

  it('drops a field that is not there, and says so', async () => {
    const old = await filled();
    const given = tables(N);
    (given.documents['var_manifest.json'] as Record<string, unknown>)['fields'] = [['CD3E']];
    const app = new App(await Dataset.open(filesOf(given)));
    await restoreSession(app, await captureSession(old));
    expect(app.views.value.map(view => view.field)).toEqual([null, null]);
    expect(app.messages.value.at(-1)?.text).toContain('HLA-A/B');
  });

  it('refuses a file that is cut short or is none, and changes nothing', async () => {
    const app = await filled();
    const whole = await bytesOf(app);
    const before = snapshot(app);
    for (const length of [0, 10, 17, 20, 200, whole.length - 1]) {
      const cut = new Blob([new Uint8Array(whole.subarray(0, length))]);
      await expect(restoreSession(app, cut), `${length} bytes`).rejects.toThrow('expected');
    }
    const longer = new Blob([new Uint8Array(whole), 'x']);
    await expect(restoreSession(app, longer)).rejects.toThrow('end after');
    expect(snapshot(app)).toEqual(before);
  });

  it('skips a broken chunk and restores the rest', async () => {
    const whole = await bytesOf(await filled());
    const { stored } = takeApart(whole);
    // The highlights' cells: gzip's magic bytes are gone.
    whole[whole.indexOf(stored[3]!)] = 0;
    const app = await openFixture(N);
    const { restored, skipped } = await restoreSession(app, new Blob([new Uint8Array(whole)]));
    expect(skipped).toEqual([
      { id: 'highlights/cells/highlight_3', why: 'highlights/cells/highlight_3: expected whole gzip' }
    ]);
    expect(restored).toHaveLength(4);
    expect(app.views.value).toEqual(views);
  });
});

describe('a selection that is being made', () => {
  /** A session whose first group has the id of what will be edited here. */
  async function theirs(): Promise<Blob> {
    const other = await openFixture(N);
    addGroup(other, 'lasso', 'Theirs', Uint32Array.of(1, 2));
    return captureSession(other);
  }

  const groups = (app: App): [string, number[]][] =>
    app.highlights.value.pages.flatMap(page =>
      page.groups.map(({ label, cells }): [string, number[]] => [label, [...cells]])
    );

  it('never takes the place of another session’s group', async () => {
    const app = await openFixture(N);
    addGroup(app, 'lasso', 'Mine', Uint32Array.of(10));
    reopenGroup(app, 'highlight_1');
    await restoreSession(app, await theirs());
    expect([app.candidate.value.groupId, app.canUndoCandidate.value]).toEqual([null, false]);
    confirmCandidate(app);
    expect(groups(app)).toEqual([
      ['Theirs', [1, 2]],
      ['Combined (1 cell)', [10]]
    ]);
  });

  it('is of its group again when the session is undone, and of none when it is done again', async () => {
    const app = await openFixture(N);
    addGroup(app, 'lasso', 'Mine', Uint32Array.of(10));
    reopenGroup(app, 'highlight_1');
    await restoreSession(app, await theirs());
    undo(app);
    expect(app.candidate.value.groupId).toBe('highlight_1');
    redo(app);
    expect(app.candidate.value.groupId).toBeNull();
    reopenGroup(app, 'highlight_1');
    undo(app);
    confirmCandidate(app);
    expect(groups(app)[0]).toEqual(['Mine', [10]]);
  });

  it('has no steps of another page’s state', async () => {
    const app = await openFixture(N);
    addGroup(app, 'lasso', 'Mine', Uint32Array.of(10));
    reopenGroup(app, 'highlight_1');
    adopt(app, snapshot(await filled()));
    expect(app.candidate.value.groupId).toBe('highlight_3');
    expect(app.canUndoCandidate.value).toBe(false);
  });
});

it('gives back the cameras there were when it is undone', async () => {
  const at = (x: number): void =>
    setCamera(app, 'live', {
      mode: 'planar',
      position: [x, 0, 1],
      target: [x, 0, 0],
      up: [0, 1, 0],
      zoom: 1
    });
  const camera = (): number | undefined => app.views.value[0]!.cameras[2]?.target[0];
  const app = await openFixture(N);
  at(77);
  const file = await captureSession(app);
  at(5);
  await restoreSession(app, file);
  expect(camera()).toBe(77);
  undo(app);
  expect(camera()).toBe(5);
});
