/** A session brought back: what is restored, what is left out, and what undo makes of it. */
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
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
import { filesOf, loaded, openFixture, tables } from '../fixture';
import { blobOf, bytesOf, inFolder, inPython, putTogether, takeApart, vector } from './parts';

const N = 20;

async function filled(): Promise<App> {
  const app = await openFixture(N);
  fill(app);
  return app;
}

describe('restoring', () => {
  it('reads another writer’s file: known chunks, and says what it left out', async () => {
    const small = vector('small.cellucid-session');
    const { datasetId, cellCount, varCount } = takeApart(small).manifest[
      'datasetFingerprint'
    ] as Record<string, unknown>;
    const given = tables(cellCount as number);
    const identity = given.documents['dataset_identity.json'] as Record<string, unknown>;
    identity['id'] = datasetId;
    identity['stats'] = { n_cells: cellCount, n_genes: varCount };
    delete identity['rows'];
    const app = new App(await Dataset.open(filesOf(given)));
    const { restored, skipped } = await restoreSession(app, blobOf(small));
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
    await inFolder(async folder => {
      const path = join(folder, 'built.cellucid-session');
      const program = `
import json, sys, anndata, numpy as np, pandas as pd
from cellucid_ext import build_session
from cellucid_ext.session.rows import row_identity
names = [f"cell-{i}" for i in range(${N})]
obs = pd.DataFrame({"odd": np.arange(${N}) % 2 == 1, "none": False}, index=names)
adata = anndata.AnnData(np.zeros((${N}, 2), dtype=np.float32), obs=obs)
build_session(adata, ["odd", "none"], [], sys.argv[1])
print(json.dumps(row_identity(names).order_sha256))`;
      const order = inPython(program, path);
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
    });
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
    const { manifest, stored } = takeApart(await bytesOf(await filled()));
    const chunks = manifest.chunks.map(chunk => ({ ...chunk, datasetDependent: false }));
    const file = blobOf(putTogether({ manifest: { ...manifest, chunks }, stored }));
    const app = await openFixture(N + 1);
    const before = snapshot(app);
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
    confirmCandidate(app);
    expect(groups(app)).toEqual([['Theirs', [1, 2]]]);
  });

  it('goes with what it was made in, and is there again when the session is undone', async () => {
    const app = await openFixture(N);
    addGroup(app, 'lasso', 'Mine', Uint32Array.of(10));
    reopenGroup(app, 'highlight_1');
    const mine = app.candidate.value;
    await restoreSession(app, await theirs());
    expect([app.candidate.value.cells, app.canUndoCandidate.value]).toEqual([null, false]);
    undo(app);
    expect(app.candidate.value).toEqual(mine);
    redo(app);
    expect(app.candidate.value.cells).toBeNull();
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
