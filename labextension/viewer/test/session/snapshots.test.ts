import { describe, expect, it } from 'vitest';

import { Dataset } from '../../src/data/dataset';
import { captureSession } from '../../src/session/capture';
import { Sessions } from '../../src/session/sessions';
import { latestSnapshot, openSnapshot } from '../../src/session/snapshots';
import { App } from '../../src/state/app';
import { undo } from '../../src/state/undo';
import { setField } from '../../src/state/views';
import { fill, views } from '../filled';
import { Changing, openFixture, tables, type Tables } from '../fixture';

const END = '.cellucid-session';
const FILE = 'state-snapshots.json';
const SCORE = { source: 'obs', key: 'score' } as const;

async function session(): Promise<Uint8Array> {
  const app = await openFixture();
  fill(app);
  return new Uint8Array(await (await captureSession(app)).arrayBuffer());
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** An app on a folder with such a `state-snapshots.json` and other files. */
async function opened(
  states: unknown,
  others: Tables['binaries'] = {}
): Promise<{ app: App; files: Changing }> {
  const given = tables(20);
  Object.assign(given.documents['dataset_identity.json'] as object, { state_snapshots: true });
  const list = states instanceof Uint8Array ? states : bytes(JSON.stringify(states));
  Object.assign(given.binaries, { [FILE]: list, ...others });
  const files = new Changing(given);
  return { app: new App(await Dataset.open(files)), files };
}

describe('the last entry that is a session in the folder', () => {
  it.each([
    [`b${END}`, `b${END}`],
    ['b.CELLUCID-Session', 'b.CELLUCID-Session'],
    [`sub/b${END}`, `sub/b${END}`],
    [`./sub/../b${END}`, `b${END}`],
    [`b${END}?v=1#top`, `b${END}`],
    [`b${END}#top?`, `b${END}`],
    [`my%20b%23%3F${END}`, `my b#?${END}`],
    ['b%2Ecellucid-session', `b${END}`],
    [`caf%C3%A9${END}`, `café${END}`],
    [`100%${END}`, `100%${END}`]
  ])('is %s', (entry, path) => {
    const others = ['data.json', `page.html?x${END}`, `page.html#${END}`, 3, null, [`c${END}`]];
    expect(latestSnapshot([`a${END}`, entry, ...others])).toBe(path);
    expect(latestSnapshot({ states: [entry], title: 'é' })).toBe(path);
  });

  it.each([
    `../b${END}`,
    `sub/../../b${END}`,
    `..%2Fb${END}`,
    `%2e%2e/b${END}`,
    `..\\b${END}`,
    `sub%5C..%5C..%5Cb${END}`,
    `/etc/b${END}`,
    `%2Fetc/b${END}`,
    `//host/b${END}`,
    `https://host/b${END}`,
    `FILE:b${END}`,
    `c:/b${END}`,
    `b%00${END}`,
    `b\0${END}`,
    `b%ff${END}`,
    `b\ud800${END}`
  ])('is not %j, which may lead out of it', entry => {
    expect(latestSnapshot([`a${END}`, entry])).toBe(`a${END}`);
    expect(latestSnapshot([entry])).toBeNull();
  });
});

describe('a dataset that opens with a session', () => {
  it('shows it, as a step that can be undone', async () => {
    const { app } = await opened({ states: [`old${END}`, `my%20view${END}?v=2`] }, {
      [`my view${END}`]: await session()
    });
    const before = app.views.value;
    await openSnapshot(app, new Sessions(app));
    expect(app.views.value).toEqual(views);
    expect(app.messages.value).toMatchObject([
      { level: 'info', text: `This is “my view${END}”, the session the dataset opens with.` }
    ]);
    undo(app);
    expect(app.views.value).toEqual(before);
  });

  it('does not ask where there is none', async () => {
    const files = new Changing(tables(20));
    const app = new App(await Dataset.open(files));
    await openSnapshot(app, new Sessions(app));
    expect(files.count(FILE)).toBe(0);
    expect(app.messages.value).toEqual([]);
  });

  it('does not ask for more where its list has no session', async () => {
    const { app, files } = await opened(['notes.txt', `../b${END}`]);
    await openSnapshot(app, new Sessions(app));
    expect(files.asked.filter(([path]) => path.includes(END))).toEqual([]);
    expect(app.messages.value).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['an HTML answer', bytes('<!doctype html>'), 'expected JSON in UTF-8'],
    ['a list of no shape', { states: { 0: `a${END}` } }, 'expected a list'],
    ['a list that is too long', bytes(`[${' '.repeat(2 ** 20)}]`), 'at most 1,048,576 are read'],
    ['a session that is not there', [`lost${END}`], `no file lost${END}`],
    ['a file that is no session', [`bad${END}`], 'expected a .cellucid-session file']
  ])('is open all the same with %s, which is told', async (_, states, why) => {
    const { app } = await opened(states, { [`bad${END}`]: bytes('GIF89a') });
    await openSnapshot(app, new Sessions(app));
    expect(app.revision.value).toBe(0);
    expect(app.messages.value).toMatchObject([{ level: 'warning' }]);
    expect(app.messages.value[0]!.text).toContain(why);
  });

  it('is open all the same with a session of another dataset', async () => {
    const { files } = await opened([`a${END}`], { [`a${END}`]: await session() });
    Object.assign(files.tables.documents['dataset_identity.json'] as object, { id: 'other' });
    const app = new App(await Dataset.open(files));
    await openSnapshot(app, new Sessions(app));
    expect(app.revision.value).toBe(0);
    expect(app.messages.value[0]!.text).toContain('another dataset: cells-1, here other');
  });

  it('lets a person go on who has begun, and shows it when asked', async () => {
    const { app, files } = await opened([`a${END}`], { [`a${END}`]: await session() });
    files.before = path => {
      if (path === FILE) setField(app, SCORE);
    };
    await openSnapshot(app, new Sessions(app));
    expect(app.activeView.value.field).toEqual(SCORE);
    const [message] = app.messages.value;
    expect(message!.text).toContain('since you had begun by then');
    message!.action!.act();
    await expect.poll(() => app.views.value).toEqual(views);
  });
});
