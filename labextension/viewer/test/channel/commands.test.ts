import { beforeEach, describe, expect, it } from 'vitest';

import { packCells, readCells } from '../../src/channel/cells';
import { obey } from '../../src/channel/commands';
import type { Frame } from '../../src/channel/numbered';
import { FetchError, type Server } from '../../src/data/fetch';
import type { App } from '../../src/state/app';
import { setCamera } from '../../src/state/views';
import { openFixture } from '../fixture';

let app: App;
let events: Frame[];
let uploads: [string, Blob][];
let refusal: Error | null;

beforeEach(async () => {
  app = await openFixture(20);
  events = [];
  uploads = [];
  refusal = null;
});

function say(frame: Frame): Promise<void> {
  const server = {
    viewerId: 'v1',
    info: () => Promise.resolve({ partBytes: 1e6, maxUploadBytes: 1e9 }),
    post: (path: string, session: Blob) => {
      uploads.push([path, session]);
      return refusal ? Promise.reject(refusal) : Promise.resolve();
    }
  } as unknown as Server;
  return obey({ app, server, emit: event => events.push(event) }, frame);
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
  });

  it('highlight cells and clear them', async () => {
    await say({ type: 'highlight', cells: [3, 1] });
    expect([...app.highlighted.value]).toEqual([1, 3]);
    await say({ type: 'highlight', cells: packCells(Uint32Array.of(7)) });
    expect(app.activePage.value.groups).toHaveLength(2);
    await say({ type: 'clearHighlights' });
    expect(app.highlighted.value).toHaveLength(0);
  });

  it('frame all cells', async () => {
    setCamera(app, {
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
    app.viewport.value = { width: 10, height: 20 };
    await say({ type: 'highlight', cells: [1] });
    await say({ type: 'debug_snapshot', requestId: 'd' });
    expect(events[0]).toMatchObject({
      type: 'debug_snapshot',
      requestId: 'd',
      viewport: { width: 10, height: 20 },
      nCells: 20,
      nVisible: 20,
      groups: [{ id: 'highlight_1', cells: 1 }],
      views: [{ id: 'live', dimension: 2 }]
    });
  });

  it.each<[Frame, string]>([
    [{ type: 'unknown', requestId: 'r' }, 'type: expected one of ping'],
    [{ type: 'toString' }, 'type: expected one of ping'],
    [{ type: 'setColorBy', field: 'nothing' }, 'not “nothing”'],
    [{ type: 'setColorBy', field: 'kind', source: 'var' }, 'not “kind”'],
    [{ type: 'setColorBy', field: 7 }, 'field: expected a string'],
    [{ type: 'highlight', cells: [20] }, 'row indices below 20'],
    [{ type: 'highlight' }, 'cells: expected an object'],
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
    expect(uploads.map(([path]) => path)).toEqual(['session_bundle?viewerId=v1&requestId=r-1']);
    expect(await uploads[0]![1].slice(0, 17).text()).toBe('CELLUCID_SESSION\n');
    expect(events).toEqual([]);
    expect(app.messages.value.at(-1)?.level).toBe('info');
  });

  it('tell Python and the person when the session could not be handed over', async () => {
    refusal = new FetchError('too much', 413, 'too-large');
    await say({ type: 'requestSessionBundle', requestId: 'r-1' });
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

describe('cells in a message', () => {
  it('are a list, and packed from ten thousand on', () => {
    const few = Uint32Array.from({ length: 9_999 }, (_, i) => 3 * i);
    const many = Uint32Array.from({ length: 10_000 }, (_, i) => 3 * i);
    expect(packCells(few)).toEqual([...few]);
    expect(packCells(many)).toMatchObject({ encoding: 'delta-uvarint' });
    for (const cells of [few, many]) {
      const sent = JSON.parse(JSON.stringify(packCells(cells))) as unknown;
      expect(readCells(sent, 30_000)).toEqual(cells);
      expect(() => readCells(sent, 29_000)).toThrow('below 29000');
    }
  });
});
