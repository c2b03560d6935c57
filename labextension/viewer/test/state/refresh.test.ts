import { describe, expect, it } from 'vitest';

import { Dataset } from '../../src/data/dataset';
import { captureSession } from '../../src/session/capture';
import { readSession } from '../../src/session/container';
import { App } from '../../src/state/app';
import { renameCategory } from '../../src/state/category-edits';
import { hideCategories, toggleCategory } from '../../src/state/filters';
import { addGroup } from '../../src/state/groups';
import { adopt, snapshot } from '../../src/state/keep';
import { mergeCategories } from '../../src/state/regrouping';
import { undo } from '../../src/state/undo';
import { setCamera, setColormap, setDimension, setField, setPointSize } from '../../src/state/views';
import { Changing, KINDS, loaded, tables, type Tables } from '../fixture';

const N = 20;
const KIND = { source: 'obs', key: 'kind' } as const;
const SCORE = { source: 'obs', key: 'score' } as const;

type Json = Record<string, unknown>;

async function opened(given: Tables = tables(N)): Promise<{ app: App; files: Changing }> {
  const files = new Changing(given);
  const app = new App(await Dataset.open(files));
  await loaded(app);
  return { app, files };
}

function manifest({ documents }: Tables): Json {
  return documents['obs_manifest.json'] as Json;
}

function identity({ documents }: Tables): Json {
  return documents['dataset_identity.json'] as Json;
}

function withoutKind(given: Tables): void {
  manifest(given)['_categoricalFields'] = [];
}

function withoutThirdDimension(given: Tables): void {
  const embeddings = identity(given)['embeddings'] as Json;
  identity(given)['embeddings'] = { ...embeddings, available_dimensions: [2] };
}

function said(app: App): string {
  return app.messages.value.map(message => message.text).join('\n');
}

describe('a refresh', () => {
  it('asks for each file by its revision, and for the identity without one', async () => {
    const { files } = await opened();
    expect(new Map(files.asked)).toEqual(
      new Map([
        ['dataset_identity.json', null],
        ['obs_manifest.json', 'one'],
        ['var_manifest.json', 'one'],
        ['points_2d.bin', 'one'],
        ['obs/kind.codes.u8', 'one']
      ])
    );
  });

  it('keeps what a person did, and computes colours and filters from what there is now', async () => {
    const { app, files } = await opened();
    toggleCategory(app, KIND, 'NK', false);
    setColormap(app, 'magma');
    setPointSize(app, 7);
    addGroup(app, 'lasso', 'Mine', Uint32Array.of(1, 2), '#00ff00');
    setCamera(app, 'live', {
      mode: 'planar',
      position: [0, 0, 1],
      target: [0.5, 0, 0],
      up: [0, 1, 0],
      zoom: 3
    });
    const before = snapshot(app);
    const steps = app.changes.past.value;
    const colors = app.colors.value;
    expect(app.nVisible.value).toBe(15);
    files.become('two', ({ binaries }) => {
      binaries['obs/kind.codes.u8'] = new Uint8Array(N).fill(2).fill(0, 0, 3);
      binaries['points_2d.bin'] = new Float32Array(2 * N).fill(0.25);
    });
    await app.shown.refresh();
    expect(snapshot(app)).toEqual(before);
    expect(app.changes.past.value).toBe(steps);
    expect(app.nVisible.value).toBe(3);
    expect(app.colors.value).not.toEqual(colors);
    expect(app.points.value).toMatchObject({ value: new Float32Array(2 * N).fill(0.25) });
    undo(app);
    expect(app.activePage.value.groups).toEqual([]);
  });

  it('tells a category apart that is called as another was renamed to', async () => {
    const { app, files } = await opened();
    renameCategory(app, KIND, 'B cell', 'Mono');
    files.become('two', given => {
      manifest(given)['_categoricalFields'] = [['kind', [...KINDS, 'Mono'], 'uint8', 255, {}]];
      given.binaries['obs/kind.codes.u8'] = Uint8Array.from({ length: N }, (_, i) => i % 4);
    });
    await app.shown.refresh();
    expect(app.columns.ready(KIND)).toMatchObject({ labels: ['Mono (2)', 'T cell', 'NK', 'Mono'] });
    expect(said(app)).toContain('told apart: “Mono (2)”');
    mergeCategories(app, KIND, ['T cell', 'NK'], 'TN');
    const made = app.columns.ready(app.activeView.value.field!);
    expect(made).toMatchObject({ labels: ['Mono (2)', 'TN', 'Mono'] });
    expect(made?.kind === 'categorical' && [...made.codes.slice(0, 4)]).toEqual([0, 1, 1, 2]);
  });

  it('goes from the old picture to the new one at once', async () => {
    const { app, files } = await opened();
    const states: string[] = [];
    const note = (): void => void states.push(app.points.value.state, app.column.value!.state);
    app.points.subscribe(() => app.column.value && note());
    app.column.subscribe(() => note());
    files.become('two');
    await app.shown.refresh();
    expect(app.dataset.revision).toBe('two');
    expect(new Set(states)).toEqual(new Set(['ready']));
    expect(files.asked.slice(-2).map(([, revision]) => revision)).toEqual(['two', 'two']);
  });

  it('brings new columns, genes and embeddings', async () => {
    const { app, files } = await opened();
    files.become('two', given => {
      manifest(given)['_continuousFields'] = [['score'], ['fresh']];
      (given.documents['var_manifest.json'] as Json)['fields'] = [['CD3E'], ['NEW1']];
      given.binaries['obs/fresh.values.f32'] = new Float32Array(N).fill(4);
      const embeddings = identity(given)['embeddings'] as Json;
      identity(given)['embeddings'] = {
        ...embeddings,
        available_dimensions: [1, 2, 3],
        files: { ...(embeddings['files'] as Json), '1d': 'points_1d.bin' }
      };
      given.binaries['points_1d.bin'] = new Float32Array(N);
    });
    await app.shown.refresh();
    expect(app.dataset.obsFields.map(({ ref }) => ref.key)).toEqual(['kind', 'score', 'fresh']);
    expect(app.dataset.genes).toEqual(['CD3E', 'NEW1']);
    setField(app, { source: 'obs', key: 'fresh' });
    setDimension(app, 1);
    await loaded(app);
    expect(app.column.value).toMatchObject({ state: 'ready', value: { min: 4, max: 4 } });
    expect(app.points.value.state).toBe('ready');
  });

  it('turns off what is gone, says so, and an undo does not bring it back', async () => {
    const { app, files } = await opened();
    hideCategories(app, KIND, KINDS);
    setField(app, SCORE);
    setDimension(app, 3);
    await loaded(app);
    setField(app, KIND);
    await loaded(app);
    expect(app.nVisible.value).toBe(5);
    files.become('two', given => {
      withoutKind(given);
      withoutThirdDimension(given);
    });
    await app.shown.refresh();
    await loaded(app);
    const [filter] = app.activeView.value.filters;
    expect(filter).toMatchObject({ kind: 'category', field: KIND, enabled: false });
    expect(app.activeView.value).toMatchObject({ field: null, dimension: 2 });
    expect(app.nVisible.value).toBe(N);
    expect(said(app)).toContain('Not in this dataset, so no cell is coloured or hidden by: “kind”.');
    undo(app);
    expect(app.activeView.value).toMatchObject({ field: SCORE, dimension: 2 });
    undo(app);
    undo(app);
    undo(app);
    await loaded(app);
    expect(app.changes.past.value).toEqual([]);
    expect(app.activeView.value.field).toBeNull();
    expect(app.points.value.state).toBe('ready');
    expect(app.messages.value.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('turns off a filter whose column is of another kind now, but colours by it', async () => {
    const { app, files } = await opened();
    toggleCategory(app, KIND, 'NK', false);
    files.become('two', given => {
      withoutKind(given);
      manifest(given)['_continuousFields'] = [['kind'], ['score']];
      given.binaries['obs/kind.values.f32'] = new Float32Array(N).fill(3);
    });
    await app.shown.refresh();
    expect(app.column.value).toMatchObject({ state: 'ready', value: { kind: 'continuous' } });
    expect(app.activeView.value.filters).toMatchObject([{ enabled: false }]);
    expect(app.nVisible.value).toBe(N);
  });

  it.each<[string, (given: Tables) => void]>([
    ['of another number', given => (identity(given)['stats'] = { n_cells: N + 1, n_genes: 2 })],
    [
      'in another order',
      given => {
        const rows = identity(given)['rows'] as Json;
        identity(given)['rows'] = { ...rows, orderSha256: 'c'.repeat(64) };
      }
    ]
  ])('refuses cells %s, and keeps what it has', async (_, edit) => {
    const { app, files } = await opened();
    const { dataset } = app;
    const before = snapshot(app);
    files.become('two', edit);
    await expect(app.shown.refresh()).rejects.toThrow('show them again');
    expect(app.dataset).toBe(dataset);
    expect([app.points.value.state, app.column.value?.state]).toEqual(['ready', 'ready']);
    expect(snapshot(app)).toEqual(before);
  });

  it('does nothing if nothing changed, and reads all again where nobody knows', async () => {
    const { app, files } = await opened();
    const { dataset } = app;
    await app.shown.refresh();
    expect(app.dataset).toBe(dataset);
    files.become(null, ({ binaries }) => (binaries['obs/kind.codes.u8'] = new Uint8Array(N)));
    await app.shown.refresh();
    files.become(null, ({ binaries }) => (binaries['obs/kind.codes.u8'] = new Uint8Array(N).fill(1)));
    await app.shown.refresh();
    expect(app.column.value).toMatchObject({ value: { codes: new Uint8Array(N).fill(1) } });
    expect(files.asked.at(-1)?.[1]).toBeNull();
  });

  it('lets a person go on meanwhile: what came last is shown', async () => {
    const { app, files } = await opened();
    let go = (): void => undefined;
    files.become('two', ({ binaries }) => (binaries['points_3d.bin'] = new Float32Array(3 * N).fill(9)));
    files.before = path =>
      path === 'points_2d.bin' ? new Promise(resolve => (go = resolve)) : undefined;
    const done = app.shown.refresh();
    await until(() => files.count('points_2d.bin') === 2);
    setDimension(app, 3);
    setField(app, SCORE);
    go();
    await done;
    await loaded(app);
    expect(app.points.value).toMatchObject({ value: new Float32Array(3 * N).fill(9) });
    expect(app.column.value).toMatchObject({ state: 'ready', value: { ref: SCORE } });
  });

  it('is not overtaken by what was asked of the old dataset', async () => {
    const { app, files } = await opened();
    let go = (): void => undefined;
    files.before = path =>
      path === 'obs/score.values.f32' ? new Promise(resolve => (go = resolve)) : undefined;
    setField(app, SCORE);
    await until(() => files.count('obs/score.values.f32') === 1);
    const late = go;
    const old = files.tables;
    files.before = () => undefined;
    files.become('two', ({ binaries }) => (binaries['obs/score.values.f32'] = new Float32Array(N).fill(8)));
    await app.shown.refresh();
    // The old answer was on its way already.
    files.revision = 'one';
    files.tables = old;
    late();
    await loaded(app);
    await new Promise(resolve => setImmediate(resolve));
    expect(app.column.value).toMatchObject({ state: 'ready', value: { min: 8, max: 8 } });
  });

  it('tells of a file that can no longer be made, and shows the rest', async () => {
    const { app, files } = await opened();
    files.become('two', ({ binaries }) => delete binaries['obs/kind.codes.u8']);
    await app.shown.refresh();
    await loaded(app);
    expect(app.dataset.revision).toBe('two');
    expect(app.points.value.state).toBe('ready');
    expect(app.column.value).toMatchObject({ state: 'failed', message: 'no file obs/kind.codes.u8' });
  });
});

describe('a dataset that changed unnoticed', () => {
  it('is refreshed once, by whatever reads of it first', async () => {
    const { app, files } = await opened();
    toggleCategory(app, KIND, 'NK', false);
    files.become('two', ({ binaries }) => (binaries['obs/kind.codes.u8'] = new Uint8Array(N)));
    setField(app, SCORE);
    setDimension(app, 3);
    await until(() => app.dataset.revision === 'two');
    await loaded(app);
    expect([app.points.value.state, app.column.value?.state]).toEqual(['ready', 'ready']);
    expect(app.nVisible.value).toBe(N);
    await app.shown.refresh();
    expect(files.count('dataset_identity.json')).toBe(3);
    expect(files.count('obs_manifest.json')).toBe(3);
    expect(app.messages.value.map(({ level }) => level)).toEqual(['info']);
  });

  it('is told of in words where it can’t be read again', async () => {
    const { app, files } = await opened();
    files.before = path => {
      if (path === 'obs/score.values.f32') {
        files.revision = 'always another';
      }
      if (path === 'dataset_identity.json') {
        files.revision = 'one';
      }
    };
    setField(app, SCORE);
    await loaded(app);
    expect(app.column.value).toMatchObject({ state: 'failed', message: 'The dataset was refreshed.' });
    expect(files.count('dataset_identity.json')).toBe(2);
  });

  it('is followed while it changes again and again, but not for ever', async () => {
    const { app, files } = await opened();
    const names = ['two', 'three'];
    files.before = path => {
      const name = path === 'points_2d.bin' ? names.shift() : undefined;
      if (name !== undefined) {
        files.become(name);
      }
    };
    files.become('again');
    await app.shown.refresh();
    expect(app.dataset.revision).toBe('three');
    let turn = 0;
    files.before = path => {
      if (path === 'points_2d.bin') {
        files.become(`turn ${++turn}`);
      }
    };
    files.become('again');
    await expect(app.shown.refresh()).rejects.toThrow('The dataset was refreshed.');
    expect(turn).toBe(3);
    expect([app.dataset.revision, app.points.value.state]).toEqual(['three', 'ready']);
  });

  it('is read from its beginning when it changes between two manifests', async () => {
    const files = new Changing(tables(N));
    files.before = path => {
      if (path === 'obs_manifest.json' && files.revision === 'one') {
        files.become('two');
      }
    };
    expect((await Dataset.open(files)).revision).toBe('two');
  });

  it('is saved in a session as it is now', async () => {
    const { app, files } = await opened();
    files.become('two', ({ binaries }) => {
      binaries['obs_names.txt'] = new TextEncoder().encode('another\n'.repeat(N));
    });
    const { chunks } = await readSession(await captureSession(app));
    const names = await chunks.find(({ id }) => id === 'identity/obs-names')!.inflate();
    expect(new TextDecoder().decode(names.bytes)).toBe('another\n'.repeat(N));
  });

  it('takes over what was shown of it before, as far as it has it', async () => {
    const { app, files } = await opened();
    toggleCategory(app, KIND, 'NK', false);
    const kept = snapshot(app);
    files.become('two', withoutKind);
    const later = new App(await Dataset.open(files));
    adopt(later, kept);
    await loaded(later);
    expect(later.activeView.value).toMatchObject({ field: null, filters: [{ enabled: false }] });
    expect(said(later)).toContain('kind');
  });
});

async function until(done: () => boolean): Promise<void> {
  for (let turn = 0; !done(); turn++) {
    expect(turn, 'what was waited for did not come').toBeLessThan(1000);
    await new Promise(resolve => setImmediate(resolve));
  }
}
