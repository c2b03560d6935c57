import { createServer, type IncomingMessage, type Server as Http, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { FetchError, ViewerServer } from '../../src/data/fetch';
import { uploadSession } from '../../src/data/upload';

interface Sent {
  readonly part: string | null;
  readonly parts: string | null;
  readonly body: string;
}

let http: Http;
let server: ViewerServer;
let clock: NodeJS.Timeout;
let sent: Sent[];
let info: Record<string, unknown>;
/** What the upload is answered with, by its turn; 200 after the last. */
let answers: ((answer: ServerResponse) => void)[];

beforeEach(async () => {
  sent = [];
  answers = [];
  info = { partBytes: 10, maxUploadBytes: 1000 };
  http = createServer((request, answer) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => take(request, answer, Buffer.concat(pieces).toString()));
  });
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  vi.stubGlobal('document', { baseURI: `http://127.0.0.1:${port}/lab`, cookie: '_xsrf=x' });
  // The waits between two tries, in a twentieth of their time.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  clock = setInterval(() => vi.advanceTimersByTime(100), 5);
  server = new ViewerServer('/', 'v1');
});

afterEach(async () => {
  clearInterval(clock);
  vi.useRealTimers();
  vi.unstubAllGlobals();
  http.closeAllConnections();
  await new Promise(resolve => http.close(resolve));
});

function take(request: IncomingMessage, answer: ServerResponse, body: string): void {
  const url = new URL(request.url ?? '', 'http://localhost');
  if (url.pathname.endsWith('/info')) {
    json(200, info)(answer);
    return;
  }
  const query = url.searchParams;
  expect([url.pathname, query.get('viewerId'), query.get('requestId')]).toEqual([
    '/_cellucid/session_bundle',
    'v1',
    'r-1'
  ]);
  sent.push({ part: query.get('part'), parts: query.get('parts'), body });
  (answers.shift() ?? json(200, { status: 'ok' }))(answer);
}

function json(status: number, body: unknown): (answer: ServerResponse) => void {
  return answer => {
    answer.writeHead(status, { 'Content-Type': 'application/json' });
    answer.end(JSON.stringify(body));
  };
}

const html = (answer: ServerResponse): void => {
  answer.writeHead(503, { 'Content-Type': 'text/html' }).end('<h1>No server</h1>');
};

function upload(words: string): Promise<void> {
  return uploadSession(server, 'r-1', new Blob([words]));
}

describe('an upload', () => {
  it('goes whole up to the size of a part', async () => {
    await upload('0123456789');
    expect(sent).toEqual([{ part: null, parts: null, body: '0123456789' }]);
  });

  it('goes in parts of the size the server says, one after the other', async () => {
    await upload('0123456789abcdefghijXYZ');
    expect(sent).toEqual([
      { part: '1', parts: '3', body: '0123456789' },
      { part: '2', parts: '3', body: 'abcdefghij' },
      { part: '3', parts: '3', body: 'XYZ' }
    ]);
  });

  it('sends a part again when its connection is cut or a proxy stumbles', async () => {
    answers = [answer => answer.destroy(), json(200, {}), html];
    await upload('0123456789ab');
    expect(sent.map(({ part }) => part)).toEqual(['1', '1', '2', '2']);
  });

  it('sends a part again that the browser had repeated by itself', async () => {
    answers = [json(409, { message: 'another connection sends it', code: 'already-claimed' })];
    await upload('0123456789ab');
    expect(sent.map(({ part }) => part)).toEqual(['1', '1', '2']);
  });

  it('waits while the server is busy', async () => {
    const busy = json(429, { message: 'busy', code: 'too-many' });
    answers = [busy, busy, busy, busy, busy, busy, busy, busy];
    await upload('0123');
    expect(sent).toHaveLength(9);
  });

  it.each<[string, string, (answer: ServerResponse) => void, number]>([
    ['a whole one that was cut', '0123', answer => answer.destroy(), 0],
    ['a whole one that was sent twice', '0123', json(409, { code: 'already-claimed' }), 409],
    ['what nobody asked for', '0123', json(404, { message: 'none', code: 'no-pending-request' }), 404],
    ['a part of what has ended', '0123456789ab', json(410, { message: 'late', code: 'expired' }), 410],
    ['what the server can’t store', '0123456789ab', json(507, { message: 'full', code: 'disk-full' }), 507]
  ])('does not repeat %s', async (_, words, answer, status) => {
    answers = [answer];
    await expect(upload(words)).rejects.toMatchObject({ status });
    expect(sent).toHaveLength(1);
  });

  it('waits no longer than the session is expected', async () => {
    answers = [json(429, { code: 'too-many' }), json(410, { message: 'late', code: 'expired' })];
    await expect(upload('0123')).rejects.toMatchObject({ code: 'expired' });
    expect(sent).toHaveLength(2);
  });

  it('gives up on what stays broken', async () => {
    answers = Array.from({ length: 20 }, () => html);
    await expect(upload('0123456789ab')).rejects.toThrow('A proxy before the Jupyter server');
    expect(sent).toHaveLength(6);
  });

  it('sends nothing of what is too large, and names the setting', async () => {
    info = { partBytes: 10, maxUploadBytes: 11 };
    await expect(upload('0123456789ab')).rejects.toThrow('max_upload_bytes');
    await expect(upload('0123456789ab')).rejects.toBeInstanceOf(FetchError);
    expect(sent).toEqual([]);
  });

  it.each([{}, { partBytes: 0, maxUploadBytes: 10 }, { partBytes: '1', maxUploadBytes: 10 }])(
    'refuses a server that says %j of itself',
    async said => {
      info = said;
      await expect(upload('0123')).rejects.toThrow('info.partBytes');
      expect(sent).toEqual([]);
    }
  );
});
