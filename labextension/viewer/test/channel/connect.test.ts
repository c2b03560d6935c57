import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readCells } from '../../src/channel/cells';
import { connect } from '../../src/channel/connect';
import type { Server } from '../../src/data/fetch';
import type { App } from '../../src/state/app';
import { confirmCandidate, stepCandidate } from '../../src/state/highlights';
import { openFixture } from '../fixture';
import { SocketServer, type Peer } from '../websocket';

let server: SocketServer;
let app: App;
let peer: Peer;
let close: () => void;
let posted: Readonly<Record<string, unknown>>[];

async function open(nCells: number): Promise<void> {
  app = await openFixture(nCells);
  posted = [];
  const http = {
    channelUrl: server.url,
    postEvent: (event: (typeof posted)[number]) => (posted.push(event), Promise.resolve())
  } as unknown as Server;
  close = connect(app, http);
  peer = await server.accept();
  await peer.next();
  peer.send({ type: 'welcome', protocol: 1, resumed: false, received: 0, kernelConnected: true });
  expect(await peer.next()).toMatchObject({ type: 'ready', n_cells: nCells, seq: 1 });
}

beforeEach(async () => {
  server = await SocketServer.start();
});

afterEach(() => {
  close();
  server.stop();
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
    expect(posted).toMatchObject([{ type: 'selection', groupId: 'highlight_2' }]);
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
});
