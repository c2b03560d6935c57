import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { readCells } from '../../src/channel/cells';
import { connect } from '../../src/channel/connect';
import { FetchError, type ViewerServer } from '../../src/data/fetch';
import { Sessions } from '../../src/session/sessions';
import type { App } from '../../src/state/app';
import { stepCandidate } from '../../src/state/candidate';
import { confirmCandidate } from '../../src/state/confirm';
import { openFixture } from '../fixture';
import { SocketServer, type Peer } from '../websocket';

let server: SocketServer;
let app: App;
let peer: Peer;
let close: () => void;
let posted: Readonly<Record<string, unknown>>[];
/** What an ordinary request is answered with; null: all is well. */
let refusal: FetchError | null;

async function openPage(nCells: number): Promise<void> {
  app = await openFixture(nCells);
  posted = [];
  const http = {
    viewerId: 'v1',
    channelUrl: server.url,
    seen: () => (refusal ? Promise.reject(refusal) : Promise.resolve()),
    postEvent: (event: (typeof posted)[number]) => (posted.push(event), Promise.resolve())
  } as unknown as ViewerServer;
  close = connect(app, http, new Sessions(app));
}

async function open(nCells: number): Promise<void> {
  await openPage(nCells);
  peer = await server.accept();
  await peer.next();
  peer.send({
    type: 'welcome',
    protocol: 1,
    resumed: false,
    received: 0,
    kernelConnected: true,
    viewerToken: 't'
  });
  expect(await peer.next()).toMatchObject({ type: 'ready', n_cells: nCells, seq: 1 });
}

beforeEach(async () => {
  vi.stubGlobal('window', Object.assign(new EventTarget(), { parent: null }));
  refusal = null;
  server = await SocketServer.start();
});

afterEach(() => {
  close();
  server.stop();
  vi.unstubAllGlobals();
});

/** Waits until the page has handled what was sent to it before. */
async function settled(seq: number): Promise<void> {
  peer.send({ type: 'ping', requestId: `${seq}`, seq });
  while ((await peer.next())['requestId'] !== `${seq}`);
}

function confirm(cells: Uint32Array): void {
  const step = { tool: 'lasso', operation: 'replace', view: 'live', dimension: 2, detail: {} } as const;
  stepCandidate(app, cells, step);
  confirmCandidate(app);
}

describe('the connected page', () => {
  it('says that it is ready, and what is selected', async () => {
    await open(20);
    expect(app.connection.value).toEqual({ state: 'open' });
    confirm(Uint32Array.of(3, 5));
    expect(await peer.next()).toEqual({
      type: 'selection',
      groupId: 'highlight_1',
      label: 'Lasso (2 cells)',
      source: 'lasso',
      cells: [3, 5],
      seq: 2
    });
  });

  it('says by HTTP what is too large for a frame', async () => {
    await open(900_000);
    const cells = Uint32Array.from({ length: 900_000 }, (_, i) => i);
    confirm(cells.slice(0, 500_000));
    expect((await peer.next())['cells']).toMatchObject({ encoding: 'delta-uvarint' });
    expect(posted).toEqual([]);
    confirm(cells);
    await vi.waitFor(() => {
      expect(posted).toMatchObject([{ type: 'selection', groupId: 'highlight_2' }]);
    });
    const told = readCells(posted[0]!['cells'], 900_000);
    expect(Buffer.from(told.buffer).equals(Buffer.from(cells.buffer))).toBe(true);
  });

  it.each([
    ['restarted', 'The kernel was restarted: run the cell again.'],
    ['died', 'The kernel died: run the cell again.'],
    ['something new', 'Run the cell again.']
  ])('keeps what it shows when the kernel is gone: %s', async (reason, words) => {
    await open(20);
    const { colors } = app;
    const before = colors.value;
    peer.send({ type: 'kernel_gone', reason, seq: 1 });
    await settled(2);
    expect(app.connection.value).toEqual({ state: 'gone', reason: words });
    expect([app.points.value.state, colors.value]).toEqual(['ready', before]);
    peer.send({ type: 'kernel_connected', seq: 3 });
    await settled(4);
    expect(app.connection.value).toEqual({ state: 'open' });
  });

  it('tells what is pointed at and what the console says', async () => {
    await open(20);
    app.tell({ type: 'hover', cell: 3, position: [0, 1] });
    expect(await peer.next()).toEqual({ type: 'hover', cell: 3, position: [0, 1], seq: 2 });
    const print = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    console.error('oh');
    print.mockRestore();
    expect(await peer.next()).toMatchObject({ type: 'console', level: 'error', message: 'oh' });
  });

  it('obeys the page around once it was told the token', async () => {
    await open(20);
    const data = { type: 'highlight', cells: [4], viewerId: 'v1', viewerToken: 't' };
    window.dispatchEvent(Object.assign(new Event('message'), { data, source: null }));
    await settled(1);
    expect([...app.highlighted.value]).toEqual([4]);
  });

  it.each([
    new FetchError('no', 403, ''),
    new FetchError('no', 401, 'not-authenticated'),
    new FetchError('a login page', 200, 'html')
  ])('says that the login has expired, and asks no more: %s', async error => {
    server.refuses = true;
    refusal = error;
    await openPage(20);
    await vi.waitUntil(() => app.connection.value.state === 'gone');
    expect(app.connection.value.reason).toContain('log in again');
    expect(server.asked).toBe(1);
  });

  it('goes on asking where only the websocket does not come', async () => {
    server.refuses = true;
    await openPage(20);
    await vi.waitUntil(() => server.asked > 2, { timeout: 5000 });
    expect(app.connection.value).toEqual({ state: 'lost' });
    server.refuses = false;
    peer = await server.accept();
    expect(await peer.next()).toMatchObject({ type: 'hello' });
  });
});
