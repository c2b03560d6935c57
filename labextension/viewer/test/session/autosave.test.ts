import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Autosaves, type Store } from '../../src/data/autosaves';
import { Dataset } from '../../src/data/dataset';
import { FetchError } from '../../src/data/fetch';
import { Autosave, isReplaced } from '../../src/session/autosave';
import { captureSession } from '../../src/session/capture';
import { readSession } from '../../src/session/container';
import { offerEarlier } from '../../src/session/recovery';
import { Sessions } from '../../src/session/sessions';
import { App } from '../../src/state/app';
import { Arrival } from '../../src/state/arrival';
import { addGroup } from '../../src/state/groups';
import { addPage } from '../../src/state/pages';
import { undo } from '../../src/state/undo';
import { setCamera } from '../../src/state/views';
import { views } from '../filled';
import { Changing, filesOf, loaded, openFixture, tables } from '../fixture';

interface Put {
  readonly name: string;
  readonly session: Blob;
  readonly last: boolean;
}

let app: App;
let autosave: Autosave;
let puts: Put[];
/** What a put waits for, and what it fails with. */
let held: Promise<void>;
let failure: Error | null;
let info: Record<string, unknown>;
let listed: unknown[];
let stop: () => void;

const store: Store = {
  info: () => Promise.resolve(info),
  bytes: path => {
    const put = puts.findLast(({ name }) => path === `autosaves/cells-1/${name}`);
    return put
      ? put.session.arrayBuffer()
      : Promise.resolve(new TextEncoder().encode(JSON.stringify({ autosaves: listed })).buffer);
  },
  put: async (path, session, last = false) => {
    const [, , name = ''] = path.replace(/\?.*/, '').split('/');
    puts.push({ name, session, last });
    await held;
    if (failure !== null) {
      throw failure;
    }
  }
};

function begin(opened: App, handed?: { name: string | null }): void {
  app = opened;
  autosave = new Autosave(app, new Autosaves(store), handed);
  stop = autosave.follow();
}

beforeEach(async () => {
  puts = [];
  held = Promise.resolve();
  failure = null;
  listed = [];
  info = { partBytes: 1e6, maxUploadBytes: 1e9, autosaveSeconds: 30, autosaveCount: 10 };
  begin(await openFixture());
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  stop();
  vi.useRealTimers();
});

/** Let what is under way come to its end, but for what waits for time to pass. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) {
    await new Promise(resolve => setImmediate(resolve));
  }
}

async function pass(seconds: number): Promise<void> {
  await settle();
  await vi.advanceTimersByTimeAsync(seconds * 1000);
  await settle();
}

/** Wait until so many saves have come: to compress takes a while, which no clock here counts. */
async function come(count: number): Promise<void> {
  for (let turn = 0; puts.length < count; turn++) {
    expect(turn).toBeLessThan(20_000);
    await new Promise(resolve => setImmediate(resolve));
  }
  await settle();
  expect(puts).toHaveLength(count);
}

function look(zoom: number): void {
  setCamera(app, 'live', { ...views[0]!.cameras[2]!, zoom });
}

async function chunksOf({ session }: Put): Promise<string[]> {
  return (await readSession(session)).chunks.map(({ id }) => id);
}

/** What a new page shows once a session is restored there. */
async function shown(session: Blob): Promise<readonly (readonly number[])[]> {
  const other = await openFixture();
  vi.useRealTimers();
  await new Sessions(other).load(session);
  return other.highlights.peek().pages.map(page => page.groups.flatMap(({ cells }) => [...cells]));
}

describe('what is saved by itself', () => {
  it('is saved in the time the server says, under one name, and only when there is something', async () => {
    look(2);
    await pass(100);
    expect(puts).toEqual([]);
    expect(autosave.last.value).toBeNull();

    addPage(app);
    await pass(29);
    expect(puts).toEqual([]);
    addPage(app);
    await pass(1);
    await come(1);
    expect(await shown(puts[0]!.session)).toHaveLength(3);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    expect(autosave.last.value?.state).toBe('saved');

    await pass(100);
    expect(puts).toHaveLength(1);
    look(3);
    await pass(30);
    await come(2);
    expect(puts.map(({ name }) => name)).toEqual([puts[0]!.name, puts[0]!.name]);
    undo(app);
    undo(app);
    await pass(100);
    expect(puts).toHaveLength(2);
  });

  it('is saved at once when the page is hidden, and never twice at a time', async () => {
    let release = (): void => undefined;
    held = new Promise(resolve => (release = resolve));
    addPage(app);
    void autosave.save();
    await come(1);
    addPage(app);
    void autosave.save();
    await pass(200);
    expect(puts).toHaveLength(1);
    release();
    await come(2);
  });

  it('is put away by a page that goes in the same moment, if it is small', async () => {
    addGroup(app, 'lasso', 'A', Uint32Array.of(3, 5));
    autosave.saveLast();
    expect(puts.map(({ last }) => last)).toEqual([true]);
    expect(await shown(puts[0]!.session)).toEqual([[3, 5]]);

    begin(await openFixture(200_000));
    addGroup(app, 'lasso', 'A', Uint32Array.from({ length: 70_000 }, (_, i) => 2 * i));
    autosave.saveLast();
    expect(puts).toHaveLength(1);
  });

  it('tells once that it fails, tries again, and tells that it works', async () => {
    failure = new FetchError('the disk is full', 507, 'disk-full');
    addPage(app);
    for (const times of [1, 2, 3]) {
      await pass(30);
      await come(times);
    }
    expect(app.messages.value.map(({ level }) => level)).toEqual(['warning']);
    expect(app.messages.value[0]!.text).toContain('the disk is full');
    expect(autosave.last.value).toEqual({ state: 'failed', why: 'the disk is full' });
    failure = null;
    await pass(30);
    await come(4);
    expect(app.messages.value.map(({ level }) => level)).toEqual(['info']);
    expect(autosave.last.value?.state).toBe('saved');

    failure = new FetchError('gone', 0, 'unreachable');
    addPage(app);
    await pass(30);
    await come(5);
    failure = null;
    app.connection.value = { state: 'open' };
    await come(6);
    expect(autosave.last.value?.state).toBe('saved');
  });

  it('is left where the server keeps nothing', async () => {
    info = { ...info, autosaveCount: 0 };
    addPage(app);
    await pass(100);
    await autosave.save();
    autosave.saveLast();
    expect(puts).toEqual([]);
    expect(await autosave.earlier()).toEqual([]);
  });

  it('waits for a session that arrives, which alone is nothing to save', async () => {
    addPage(app);
    app.arrival.value = new Arrival(1);
    await pass(100);
    autosave.saveLast();
    expect(puts).toEqual([]);
    app.arrival.value = null;
    await pass(30);
    await come(1);
  });

  it('has the cells’ names once they were read, whatever becomes of the kernel', async () => {
    const files = new Changing(tables(20));
    let open = (): void => undefined;
    files.before = path =>
      path === 'obs_names.txt' ? new Promise(resolve => (open = resolve)) : undefined;
    stop();
    begin(new App(await Dataset.open(files)));
    await loaded(app);
    addPage(app);
    await pass(30);
    // The kernel does not answer: it is saved without.
    await pass(5);
    await come(1);
    expect(await chunksOf(puts[0]!)).not.toContain('identity/obs-names');
    open();
    await settle();
    addPage(app);
    await pass(30);
    await come(2);
    expect(await chunksOf(puts[1]!)).toContain('identity/obs-names');
    files.before = () => Promise.reject(new FetchError('gone', 502, 'kernel-gone'));
    addPage(app);
    await pass(30);
    await come(3);
    expect(await chunksOf(puts[2]!)).toContain('identity/obs-names');
    expect(app.messages.value).toEqual([]);
  });

  it('is under the name of the page that it goes on from', async () => {
    addPage(app);
    await pass(30);
    await come(1);
    const { name } = puts[0]!;
    expect(autosave.hand(false)).toEqual({ name: null });
    expect(autosave.hand(true)).toEqual({ name });
    stop();
    begin(await openFixture(), { name });
    look(2);
    await pass(30);
    await come(2);
    expect(puts.map(put => put.name)).toEqual([name, name]);
    stop();
    begin(await openFixture());
    expect(autosave.hand(true)).toBeNull();
  });
});

describe('work before and after a load', () => {
  it('is saved beside the rest as it was, and what was loaded is not work', async () => {
    const file = await captureSession(app);
    const sessions = new Sessions(app, autosave);
    vi.useRealTimers();
    await sessions.load(file);
    expect(puts).toEqual([]);
    addGroup(app, 'lasso', 'A', Uint32Array.of(1));
    failure = new Error('no');
    await sessions.load(file);
    await come(1);
    expect(puts.map(put => isReplaced(put))).toEqual([true]);
    expect(await shown(puts[0]!.session)).toEqual([[1]]);
    expect(autosave.hand(true)).toBeNull();
  });

  it('is offered, unless a session is shown already', async () => {
    const session = await captureSession(await withGroup());
    puts.push({ name: 'one', session, last: false });
    listed = [{ name: 'one', bytes: 1400, savedAt: '2020-01-02T03:04:05.678+00:00' }];
    const sessions = new Sessions(app, autosave);
    vi.useRealTimers();
    addPage(app);
    await offerEarlier(app, sessions, autosave);
    const [offer] = app.messages.value;
    expect(offer!.text).toMatch(/Jan 2.*: 2\u00a0kB/);
    offer!.action!.act();
    await vi.waitFor(() => expect(app.highlights.value.pages[0]!.groups).toHaveLength(1));
    await vi.waitFor(() => expect(app.arrival.value).toBeNull());
    expect(app.highlights.value.pages[0]!.groups.map(({ cells }) => [...cells])).toEqual([[7]]);
    expect(app.changes.past.value).toHaveLength(2);

    app.messages.value = [];
    await offerEarlier(app, sessions, autosave);
    expect(app.messages.value).toEqual([]);
  });

  it.each([
    [{ nPages: 1, nGroups: 0, nFields: 0 }, 'no groups.'],
    [{ nPages: 1, nGroups: 1, nFields: 0 }, '1 group.'],
    [{ nPages: 2, nGroups: 1234, nFields: 1 }, '1,234 groups on 2 pages, 1 field.'],
    [{ nPages: null, nGroups: null, nFields: null }, '2\u00a0kB.']
  ])('is offered with what is in it: %o', async (counts, words) => {
    listed = [{ name: 'one', bytes: 1400, savedAt: '2020-01-02T03:04:05.678+00:00', ...counts }];
    await offerEarlier(app, new Sessions(app, autosave), autosave);
    expect(app.messages.value[0]!.text.endsWith(words)).toBe(true);
  });

  it('is offered to nobody where the list is no list', async () => {
    listed = [{ name: 'one', bytes: 1400, savedAt: 'yesterday' }];
    await offerEarlier(app, new Sessions(app, autosave), autosave);
    expect(app.messages.value).toEqual([]);
  });
});

async function withGroup(): Promise<App> {
  const other = new App(await Dataset.open(filesOf(tables(20))));
  addGroup(other, 'lasso', 'G', Uint32Array.of(7));
  return other;
}
