import { beforeEach, describe, expect, it } from 'vitest';

import { packCells } from '../../src/channel/cells';
import { Obedience } from '../../src/channel/commands';
import type { Frame } from '../../src/channel/numbered';
import { encodeCells } from '../../src/cells/codecs';
import { Dataset } from '../../src/data/dataset';
import { FetchError, type ViewerServer } from '../../src/data/fetch';
import { captureSession } from '../../src/session/capture';
import { Sessions } from '../../src/session/sessions';
import { App } from '../../src/state/app';
import { copyField, deleteField, renameField } from '../../src/state/field-edits';
import { adopt, snapshot } from '../../src/state/keep';
import { undo } from '../../src/state/undo';
import { setCamera } from '../../src/state/views';
import { Changing, loaded, openFixture, tables } from '../fixture';

let app: App;
let events: Frame[];
let uploads: [string, Blob][];
let refusal: Error | null;
/** What the kernel sends beside its commands, by its address; a promise is waited for. */
let sent: Map<string, ArrayBuffer | Promise<ArrayBuffer>>;
let obedience: Obedience;

beforeEach(async () => {
  app = await openFixture(20);
  events = [];
  uploads = [];
  refusal = null;
  sent = new Map();
  const console = [{ level: 'error', message: 'oh', ts: 1 }] as const;
  const emit = (event: Frame): void => void events.push(event);
  obedience = new Obedience({ app, server: server(), sessions: new Sessions(app), emit, console });
});

function server(): ViewerServer {
  return {
    viewerId: 'v1',
    info: () => Promise.resolve({ partBytes: 1e6, maxUploadBytes: 1e9 }),
    post: (path: string, session: Blob) => {
      uploads.push([path, session]);
      return refusal ? Promise.reject(refusal) : Promise.resolve();
    },
    data: async (path: string) =>
      (await sent.get(path)) ?? Promise.reject(new FetchError('gone', 404, 'not-kept'))
  } as unknown as ViewerServer;
}

function say(frame: Frame): Promise<void> {
  return obedience.take(frame);
}

/** The app on a dataset that may become another one. */
async function changing(): Promise<Changing> {
  const files = new Changing(tables(20));
  app = new App(await Dataset.open(files));
  await loaded(app);
  const emit = (event: Frame): void => void events.push(event);
  obedience = new Obedience({ app, server: server(), sessions: new Sessions(app), emit, console: [] });
  return files;
}

/** Waits for what goes on after a command was obeyed. */
async function until(done: () => boolean): Promise<void> {
  for (let turn = 0; !done(); turn++) {
    expect(turn).toBeLessThan(1000);
    await new Promise(resolve => setImmediate(resolve));
  }
}

describe('commands', () => {
  it('answer ping', async () => {
    await say({ type: 'ping', requestId: 'r' });
    expect(events).toEqual([{ type: 'pong', requestId: 'r' }]);
  });

  it('colour by a column or a gene, obs first', async () => {
    await say({ type: 'setColorBy', field: 'CD3E' });
    expect(app.activeView.value.field).toEqual({ source: 'var', key: 'CD3E' });
    await say({ type: 'setColorBy', field: 'score' });
    expect(app.activeView.value.field).toEqual({ source: 'obs', key: 'score' });
    await say({ type: 'setColorBy', field: null });
    expect(app.activeView.value.field).toBeNull();
    expect(events).toEqual([]);
    await say({ type: 'resetCamera' });
    expect(app.changes.past.value).toMatchObject([
      { label: 'colour by CD3E', origin: 'python' },
      { label: 'colour by score', origin: 'python' },
      { origin: 'python' }
    ]);
  });

  it('colour by a field of the name it has now, or has in the data', async () => {
    const kind = { source: 'obs', key: 'kind' } as const;
    renameField(app, kind, 'Type');
    copyField(app, { source: 'var', key: 'CD3E' }, 'kind');
    const copy = app.activeView.value.field;
    const asked = async (field: string, source?: string): Promise<unknown> => {
      await say({ type: 'setColorBy', field, ...(source === undefined ? {} : { source }) });
      return app.activeView.value.field;
    };
    expect(await asked('Type')).toEqual(kind);
    expect(await asked('kind', 'var')).toEqual(copy);
    expect(await asked('kind')).toEqual(kind);
    deleteField(app, kind);
    expect(await asked('kind', 'obs')).toBeNull();
    expect(events).toMatchObject([
      { type: 'command_error', message: 'field: “kind” was deleted in the viewer: restore it there first' }
    ]);
    expect(await asked('kind')).toEqual(copy);
    await say({ type: 'setColorBy', field: 'none' });
    expect(events[1]?.['message']).toContain('a field or a gene that this viewer shows, not “none”');
  });

  it('highlight cells and clear them', async () => {
    await say({ type: 'highlight', cells: [3, 1] });
    expect([...app.highlighted.value]).toEqual([1, 3]);
    await say({ type: 'highlight', cells: packCells(Uint32Array.of(7)) });
    expect(app.activePage.value.groups).toHaveLength(2);
    await say({ type: 'clearHighlights' });
    expect(app.highlighted.value).toHaveLength(0);
    expect(app.changes.past.value.map(({ origin }) => origin)).toEqual(Array(3).fill('python'));
  });

  it('read the dataset again; what follows waits for it', async () => {
    const files = await changing();
    files.become('two', given => {
      const manifest = given.documents['obs_manifest.json'] as Record<string, unknown>;
      manifest['_continuousFields'] = [['score'], ['fresh']];
      given.binaries['obs/fresh.values.f32'] = new Float32Array(20);
    });
    void say({ type: 'refresh' });
    await say({ type: 'setColorBy', field: 'fresh' });
    expect(events).toEqual([]);
    expect(app.activeView.value.field).toEqual({ source: 'obs', key: 'fresh' });
    await say({ type: 'debug_snapshot', requestId: 'r' });
    expect(events).toMatchObject([{ type: 'debug_snapshot', revision: 'two' }]);
  });

  it('find a column of a refresh that this page missed', async () => {
    const files = await changing();
    files.become('two', given => {
      const manifest = given.documents['obs_manifest.json'] as Record<string, unknown>;
      manifest['_continuousFields'] = [['score'], ['fresh']];
      given.binaries['obs/fresh.values.f32'] = new Float32Array(20);
    });
    const { dataset } = app;
    await say({ type: 'setColorBy', field: 'fresh', source: 'var' });
    await say({ type: 'setColorBy', field: 'nothing' });
    expect(events.map(({ type }) => type)).toEqual(['command_error', 'command_error']);
    expect(app.dataset).toBe(dataset);
    await say({ type: 'setColorBy', field: 'fresh', source: 'obs' });
    expect(events).toHaveLength(2);
    expect(app.dataset.revision).toBe('two');
    expect(app.activeView.value.field).toEqual({ source: 'obs', key: 'fresh' });
  });

  it('read the dataset again once for all refreshes that wait', async () => {
    const files = await changing();
    const read = (): number => files.count('dataset_identity.json');
    let go = (): void => undefined;
    // A folder, of which nobody knows whether it is another one.
    files.become(null);
    files.before = path =>
      path === 'points_2d.bin' && files.count(path) === 2
        ? new Promise(resolve => (go = resolve))
        : undefined;
    const first = say({ type: 'refresh' });
    await until(() => files.count('points_2d.bin') === 2);
    files.become(null, given => {
      const manifest = given.documents['obs_manifest.json'] as Record<string, unknown>;
      manifest['_continuousFields'] = [['score'], ['fresh']];
      given.binaries['obs/fresh.values.f32'] = new Float32Array(20);
    });
    const refresh = (): Promise<void> => say({ type: 'refresh' });
    const last = [refresh(), say({ type: 'setColorBy', field: 'fresh' }), refresh(), refresh()];
    expect(app.commands.value.map(({ type }) => type)).toEqual(['refresh', 'refresh', 'setColorBy']);
    go();
    await Promise.all([first, ...last]);
    expect(read()).toBe(3);
    expect(app.activeView.value.field).toEqual({ source: 'obs', key: 'fresh' });
    expect([app.commands.value, events]).toEqual([[], []]);
    await refresh();
    expect(read()).toBe(4);
  });

  it('say where the dataset has other cells, to Python and to the person', async () => {
    const files = await changing();
    files.become('two', ({ documents }) => {
      const identity = documents['dataset_identity.json'] as Record<string, unknown>;
      identity['stats'] = { n_cells: 21, n_genes: 2 };
    });
    await say({ type: 'refresh' });
    const message = expect.stringContaining('(20 before, 21 now)') as string;
    expect(events).toEqual([{ type: 'command_error', command: 'refresh', message }]);
    expect(app.messages.value).toMatchObject([{ level: 'error', text: message }]);
    expect(app.dataset.nCells).toBe(20);
  });

  it('frame all cells', async () => {
    setCamera(app, 'live', {
      mode: 'planar',
      position: [0, 0, 1],
      target: [0, 0, 0],
      up: [0, 1, 0],
      zoom: 2
    });
    await say({ type: 'resetCamera' });
    expect(app.activeView.value.cameras).toEqual({});
  });

  it('tell how things are', async () => {
    app.places.value = new Map([['live', { left: 0, top: 0, width: 10, height: 20 }]]);
    await say({ type: 'highlight', cells: [1] });
    await say({ type: 'debug_snapshot', requestId: 'd' });
    expect(events[0]).toMatchObject({
      type: 'debug_snapshot',
      requestId: 'd',
      viewport: { width: 10, height: 20 },
      nCells: 20,
      nVisible: 20,
      groups: [{ id: 'highlight_1', cells: 1 }],
      views: [{ id: 'live', dimension: 2 }],
      console: [{ level: 'error', message: 'oh' }]
    });
    await say({ type: 'setVisibility', cells: [1, 2], visible: false });
    await say({ type: 'debug_snapshot', requestId: 'd' });
    expect(events[1]).toMatchObject({ views: [{ filters: [{ kind: 'cells', hidden: 2 }] }] });
  });

  it('highlight in a colour of their own', async () => {
    await say({ type: 'highlight', cells: [3, 1], color: '#00ff00' });
    await say({ type: 'highlight', cells: [7] });
    const page = app.activePage.value;
    expect(page.groups.map(({ color }) => color)).toEqual(['#00ff00', null]);
    expect(app.halos.value.map(({ color, cells }) => [color, [...cells]])).toEqual([
      [page.color, [7]],
      ['#00ff00', [1, 3]]
    ]);
  });

  it('hide cells and show them', async () => {
    await say({ type: 'setVisibility', cells: [3, 1, 5], visible: false });
    await say({ type: 'setVisibility', cells: [3, 4], visible: true });
    expect([app.nVisible.value, app.visible.value?.[1], app.visible.value?.[3]]).toEqual([18, 0, 1]);
    await say({ type: 'setVisibility', cells: null, visible: false });
    expect(app.nVisible.value).toBe(0);
    await say({ type: 'setVisibility', cells: null, visible: true });
    expect([app.nVisible.value, app.activeView.value.filters]).toEqual([20, []]);
    undo(app);
    expect(app.nVisible.value).toBe(0);
    expect(events).toEqual([]);
  });

  it('fetch cells that are too many for a message', async () => {
    sent.set('sent/abc', encodeCells(Uint32Array.of(2, 4, 19)).buffer);
    const cells = { encoding: 'delta-uvarint', url: 'sent/abc' };
    await say({ type: 'highlight', cells });
    await say({ type: 'setVisibility', cells, visible: false });
    expect([...app.highlighted.value]).toEqual([2, 4, 19]);
    expect(app.nVisible.value).toBe(17);
  });

  it('are obeyed in their order, and ping at once', async () => {
    let come!: (cells: ArrayBuffer) => void;
    sent.set('sent/slow', new Promise(resolve => (come = resolve)));
    const cells = { encoding: 'delta-uvarint', url: 'sent/slow' };
    const first = say({ type: 'highlight', cells });
    const second = say({ type: 'clearHighlights' });
    await say({ type: 'ping', requestId: 'r' });
    expect(events).toEqual([{ type: 'pong', requestId: 'r' }]);
    come(encodeCells(Uint32Array.of(2)).buffer);
    await Promise.all([first, second]);
    expect(app.activePage.value.groups).toEqual([]);
    expect(app.changes.past.value.map(({ label }) => label)).toEqual([
      'highlight from Python',
      'clear page'
    ]);
  });

  it('are taken up by the page that comes back in the place of this one', async () => {
    let come!: (cells: ArrayBuffer) => void;
    sent.set('sent/slow', new Promise(resolve => (come = resolve)));
    void say({ type: 'highlight', cells: { encoding: 'delta-uvarint', url: 'sent/slow' }, seq: 1 });
    void say({ type: 'setVisibility', cells: [4], visible: false, seq: 2 });
    void say({ type: 'requestSessionBundle', requestId: 'r', seq: 3 });
    const again = await openFixture(20);
    adopt(again, structuredClone(snapshot(app)));
    expect(again.commands.value).toHaveLength(3);
    come(encodeCells(Uint32Array.of(2)).buffer);
    const context = { app: again, server: server(), sessions: new Sessions(app), emit: () => undefined, console: [] };
    await new Obedience(context).take({ type: 'clearHighlights' });
    expect(again.changes.past.value.map(({ label }) => label)).toEqual([
      'highlight from Python',
      'hide cells from Python',
      'clear page'
    ]);
    expect([again.commands.value, uploads]).toEqual([[], []]);
    await until(() => app.commands.value.length === 0);
    expect(snapshot(app)).toMatchObject({ commands: [] });
  });

  it('freeze the picture', async () => {
    await say({ type: 'freeze' });
    expect(app.frozen.value).toBe(true);
  });

  it('show a session from Python', async () => {
    await say({ type: 'highlight', cells: [3], color: '#00ff00' });
    await say({ type: 'setVisibility', cells: [8], visible: false });
    sent.set('sent/s', await (await captureSession(app)).arrayBuffer());
    await say({ type: 'clearHighlights' });
    await say({ type: 'setVisibility', cells: null, visible: true });
    await say({ type: 'loadSession', url: 'sent/s', requestId: 'l' });
    expect(events).toMatchObject([{ type: 'session_restored', requestId: 'l', skipped: [] }]);
    expect(app.activePage.value.groups).toMatchObject([{ color: '#00ff00' }]);
    expect([[...app.highlighted.value], app.nVisible.value]).toEqual([[3], 19]);
    undo(app);
    expect([[...app.highlighted.value], app.nVisible.value]).toEqual([[], 20]);
  });

  it('say what of a session did not fit, and keep what is shown when nothing does', async () => {
    const other = await openFixture(19);
    sent.set('sent/s', await (await captureSession(other)).arrayBuffer());
    await say({ type: 'highlight', cells: [3] });
    await say({ type: 'loadSession', url: 'sent/s', requestId: 'l' });
    expect(events).toMatchObject([
      {
        type: 'command_error',
        command: 'loadSession',
        requestId: 'l',
        message: expect.stringContaining('another number of cells') as string
      }
    ]);
    expect([...app.highlighted.value]).toEqual([3]);
  });

  it.each<[Frame, string]>([
    [{ type: 'unknown', requestId: 'r' }, 'type: expected one of ping'],
    [{ type: 'toString' }, 'type: expected one of ping'],
    [{ type: 'setColorBy', field: 'nothing' }, 'not “nothing”'],
    [{ type: 'setColorBy', field: 'kind', source: 'var' }, 'not “kind”'],
    [{ type: 'setColorBy', field: 7 }, 'field: expected a string'],
    [{ type: 'highlight', cells: [20] }, 'row indices below 20'],
    [{ type: 'highlight' }, 'cells: expected an object'],
    [{ type: 'highlight', cells: [1], color: 'red; x' }, 'color: expected a colour'],
    [{ type: 'highlight', cells: { encoding: 'zip', url: 'sent/a' } }, 'cells.encoding'],
    [{ type: 'highlight', cells: { encoding: 'delta-uvarint', url: 'sent/a' } }, 'gone'],
    [{ type: 'highlight', cells: { encoding: 'delta-uvarint', url: 'obs/a' } }, 'begins with sent/'],
    [{ type: 'highlight', cells: { encoding: 'delta-uvarint', url: 'sent/../a' } }, 'sent/'],
    [{ type: 'setVisibility', cells: [1] }, 'visible: expected true or false'],
    [{ type: 'setVisibility', cells: [20], visible: false }, 'row indices below 20'],
    [{ type: 'loadSession', url: 'https://example.org/a', requestId: 'r' }, 'sent/'],
    [{ type: 'loadSession', url: 'sent/a', requestId: 'r' }, 'gone'],
    [{ type: 'loadSession', url: 'sent/a' }, 'requestId'],
    [{ type: 'highlight', cells: { encoding: 'zip', data: '' } }, 'cells.encoding'],
    [{ type: 'highlight', cells: { encoding: 'delta-uvarint', data: '!' } }, 'base64'],
    [{ type: 'ping' }, 'requestId']
  ])('that are wrong are answered with why: %j', async (frame, why) => {
    const before = app.revision.value;
    await say(frame);
    expect(events).toEqual([
      {
        type: 'command_error',
        command: frame.type,
        message: expect.stringContaining(why) as string,
        ...('requestId' in frame ? { requestId: 'r' } : {})
      }
    ]);
    expect(app.revision.value).toBe(before);
  });

  it('hand the session over', async () => {
    await say({ type: 'requestSessionBundle', requestId: 'r-1' });
    await until(() => app.messages.value.length > 0);
    expect(uploads.map(([path]) => path)).toEqual(['session_bundle?viewerId=v1&requestId=r-1']);
    expect(await uploads[0]![1].slice(0, 17).text()).toBe('CELLUCID_SESSION\n');
    expect(events).toEqual([]);
    expect(app.messages.value.at(-1)?.level).toBe('info');
  });

  it('tell Python and the person when the session could not be handed over', async () => {
    refusal = new FetchError('too much', 413, 'too-large');
    await say({ type: 'requestSessionBundle', requestId: 'r-1' });
    await until(() => events.length > 0);
    expect(events).toEqual([
      {
        type: 'session_bundle',
        requestId: 'r-1',
        status: 'error',
        error: { message: 'too much', code: 'too-large' }
      }
    ]);
    expect(app.messages.value.at(-1)).toMatchObject({
      level: 'error',
      text: expect.stringContaining('too much') as string
    });
  });
});
