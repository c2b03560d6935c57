/** What a session says of the state it was captured from. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

import { Dataset } from '../../src/data/dataset';
import { captureSession } from '../../src/session/capture';
import { restoreSession } from '../../src/session/restore';
import { App } from '../../src/state/app';
import { snapshot } from '../../src/state/keep';
import { undo } from '../../src/state/undo';
import { text } from '../../src/text';
import { fill, fillRest, future, views } from '../filled';
import { Changing, filesOf, openFixture, tables } from '../fixture';
import { bytesOf, inFolder, inPython, takeApart, type Json } from './parts';

const N = 20;

/** The text of a chunk, which is stored as it is where that is shorter. */
function payload(described: Json, stored: Buffer): string {
  return (described['codec'] === 'gzip' ? gunzipSync(stored) : stored).toString();
}

async function filled(): Promise<App> {
  const app = await openFixture(N);
  fill(app);
  return app;
}

describe('a captured session', () => {
  it('is laid out as format 1', async () => {
    const file = await bytesOf(await filled());
    const { manifest, stored } = takeApart(file);
    expect(file.subarray(0, 17).toString('latin1')).toBe('CELLUCID_SESSION\n');
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
    fillRest(old);
    const app = await openFixture(N);
    const { pages } = app.highlights.value;
    const { restored, skipped } = await restoreSession(app, await captureSession(old));
    expect(skipped).toEqual([{ id: 'future/thing', why: text.unknownPart }]);
    expect(restored).toHaveLength(6);
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

  it('has what this version does not know as it came, and panels for any dataset', async () => {
    const old = await filled();
    fillRest(old);
    const app = await openFixture(N);
    await restoreSession(app, await captureSession(old));
    const { manifest, stored } = takeApart(await bytesOf(app));
    const at = manifest.chunks.findIndex(chunk => chunk['id'] === future.id);
    expect([manifest.chunks[at], [...stored[at]!]]).toEqual([future.described, [1, 2, 255]]);
    const panels = manifest.chunks.findIndex(chunk => chunk['id'] === 'ui/dockable-layout');
    expect(manifest.chunks[panels]).toMatchObject({ priority: 'eager', datasetDependent: false });
    expect(JSON.parse(payload(manifest.chunks[panels]!, stored[panels]!))).toEqual({
      schema: 1,
      open: false,
      sections: { filters: false, summary: true }
    });
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
    await inFolder(async folder => {
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
      expect(inPython(program, path)).toEqual({
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
    });
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
