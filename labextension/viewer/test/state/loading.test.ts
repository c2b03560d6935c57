import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { Dataset, type Files } from '../../src/data/dataset';
import type { Reading } from '../../src/data/reading';
import { App } from '../../src/state/app';
import { setCamera, setField } from '../../src/state/views';
import { filesOf, loaded, tables } from '../fixture';

const SCORE = { source: 'obs', key: 'score' } as const;
const GENE = { source: 'var', key: 'CD3E' } as const;

let app: App;
/** Reads of genes, which come when they are let. */
let held: { reading: Reading; give: () => void }[];

beforeEach(async () => {
  held = [];
  const files = filesOf(tables(20));
  const slow: Files = {
    json: (path, revision) => files.json(path, revision),
    data: (path, revision, reading) =>
      !path.startsWith('var/') || reading === undefined
        ? files.data(path, revision)
        : new Promise((resolve, reject) => {
            reading.signal.addEventListener('abort', () => reject(new Error('aborted')));
            held.push({ reading, give: () => resolve(files.data(path, revision)) });
          })
  };
  app = new App(await Dataset.open(slow));
  await loaded(app);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => vi.useRealTimers());

const told = (): unknown[] =>
  app.shown.loading.value
    .filter(({ long }) => long.value)
    .map(({ part, done }) => [part.kind, done.value]);

it('is told of once it takes long, with how much came', async () => {
  setField(app, GENE);
  vi.advanceTimersByTime(400);
  expect(told()).toEqual([]);
  vi.advanceTimersByTime(200);
  expect(told()).toEqual([['column', null]]);
  held[0]!.reading.heard(20);
  expect(told()).toEqual([['column', 0.25]]);
  held[0]!.give();
  await loaded(app);
  expect([app.column.value?.state, app.shown.loading.value]).toEqual(['ready', []]);
});

it('ends when it is cancelled, without a complaint, and is had when asked for again', async () => {
  setField(app, GENE);
  app.shown.loading.value[0]!.cancel();
  await loaded(app);
  expect(app.column.value).toMatchObject({
    state: 'failed',
    message: expect.stringContaining('you stopped it') as string
  });
  expect([app.shown.loading.value, app.messages.value]).toEqual([[], []]);
  expect(held[0]!.reading.signal.aborted).toBe(true);
  await new Promise(resolve => setImmediate(resolve));
  app.shown.retry();
  expect(app.column.value?.state).toBe('loading');
  await new Promise(resolve => setImmediate(resolve));
  held[1]!.give();
  await loaded(app);
  expect(app.column.value?.state).toBe('ready');
});

it('is not told of any more when nobody needs it', async () => {
  setField(app, GENE);
  vi.advanceTimersByTime(600);
  setField(app, SCORE);
  await loaded(app);
  expect([app.column.value?.state, app.shown.loading.value]).toEqual(['ready', []]);
});

it('is not begun again by a camera that moves, only by a connection that is back', async () => {
  setField(app, GENE);
  app.connection.value = { state: 'open' };
  app.shown.loading.value[0]!.cancel();
  await loaded(app);
  const { length } = held;
  for (let x = 0; x < 3; x++) {
    const camera = { mode: 'planar', position: [x, 0, 1], target: [x, 0, 0], up: [0, 1, 0] } as const;
    setCamera(app, 'live', { ...camera, zoom: 1 });
    await loaded(app);
  }
  expect([held.length, app.column.value?.state]).toEqual([length, 'failed']);
  app.connection.value = { state: 'lost' };
  app.connection.value = { state: 'open' };
  expect(held).toHaveLength(length + 1);
});
