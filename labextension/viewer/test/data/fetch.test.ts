import { createServer, type IncomingMessage, type Server as Http, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { FetchError, Server, ViewerServer } from '../../src/data/fetch';

type Handler = (request: IncomingMessage, answer: ServerResponse, body: Buffer) => void;

let http: Http;
let handler: Handler;
let server: ViewerServer;
const page = { baseURI: '', cookie: '' };

beforeEach(async () => {
  http = createServer((request, answer) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => handler(request, answer, Buffer.concat(pieces)));
  });
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve));
  page.baseURI = `http://127.0.0.1:${(http.address() as AddressInfo).port}/lab/tree/a.ipynb`;
  page.cookie = '';
  vi.stubGlobal('document', page);
  server = new ViewerServer('/user/ana/', 'v1');
});

afterEach(async () => {
  vi.unstubAllGlobals();
  http.closeAllConnections();
  await new Promise(resolve => http.close(resolve));
});

function json(answer: ServerResponse, status: number, body: unknown): void {
  answer.writeHead(status, { 'Content-Type': 'application/json' });
  answer.end(JSON.stringify(body));
}

async function failure(doing: Promise<unknown>): Promise<FetchError> {
  const error = await doing.then(
    () => null,
    (reason: unknown) => reason
  );
  expect(error).toBeInstanceOf(FetchError);
  return error as FetchError;
}

describe('Server', () => {
  it('reads a dataset on disk, and files beside it', async () => {
    const seen: (string | undefined)[] = [];
    handler = (request, answer) => {
      seen.push(request.url);
      answer.end('abc');
    };
    const onDisk = new Server('/user/ana/', 'open/my%20data/pbmc/-/');
    await onDisk.data('obs/a b.codes.u8', 'r1');
    await onDisk.bytes('../files/my%20data/a.cellucid-session');
    expect(seen).toEqual([
      '/user/ana/_cellucid/open/my%20data/pbmc/-/obs/a%20b.codes.u8?v=r1',
      '/user/ana/files/my%20data/a.cellucid-session'
    ]);
  });

  it('asks below the base URL, and shows the XSRF cookie as it is at that time', async () => {
    const seen: [string | undefined, string | string[] | undefined][] = [];
    handler = (request, answer) => {
      seen.push([request.url, request.headers['x-xsrftoken']]);
      answer.end('abc');
    };
    page.cookie = 'a=1; _xsrf=2%7Cabc; b=2';
    await server.data('obs/HLA-A_B.codes.u8');
    page.cookie = '_xsrf=new';
    await server.data('points 2d#.bin', 'a b&c');
    expect(seen).toEqual([
      ['/user/ana/_cellucid/viewers/v1/data/obs/HLA-A_B.codes.u8', '2|abc'],
      ['/user/ana/_cellucid/viewers/v1/data/points%202d%23.bin?v=a%20b%26c', 'new']
    ]);
  });

  it('has its websocket beside', () => {
    expect(server.channelUrl).toBe(
      page.baseURI.replace('http:', 'ws:').replace('/lab/tree/a.ipynb', '') +
        '/user/ana/_cellucid/viewers/v1/channel'
    );
  });

  it.each(['../secret', 'a/../../b', '/etc', 'a//b', '.', ''])('asks for no “%s”', async path => {
    handler = (_, answer) => answer.end('reached');
    expect((await failure(server.data(path))).code).toBe('bad-path');
  });

  it('posts events packed, with the viewer’s id', async () => {
    let got: unknown;
    handler = (request, answer, body) => {
      got = [request.headers['content-encoding'], JSON.parse(gunzipSync(body).toString())];
      json(answer, 200, { delivered: 1 });
    };
    await server.postEvent({ type: 'selection', viewerId: 'another' });
    expect(got).toEqual(['gzip', { type: 'selection', viewerId: 'v1' }]);
  });

  it.each<[string, Handler, string, number, string]>([
    [
      'the server’s own words',
      (_, answer) => json(answer, 413, { message: 'too much', reason: null, code: 'too-large' }),
      'too much',
      413,
      'too-large'
    ],
    [
      'what to do when the kernel is gone',
      (_, answer) => json(answer, 502, { message: 'gone', reason: null, code: 'kernel-gone' }),
      'run the cell again',
      502,
      'kernel-gone'
    ],
    [
      'that the login has expired',
      (_, answer) => json(answer, 403, { message: "'_xsrf' argument missing", reason: null }),
      'log in again',
      403,
      ''
    ],
    [
      'that a proxy failed',
      (_, answer) => answer.writeHead(502, { 'Content-Type': 'text/html' }).end('<h1>Bad</h1>'),
      'A proxy',
      502,
      ''
    ],
    [
      'that a page came instead of data',
      (_, answer) => answer.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Login</h1>'),
      'log in again',
      200,
      'html'
    ],
    [
      'that the connection broke',
      (_, answer) => {
        answer.writeHead(200, { 'Content-Length': '100' });
        answer.write('abc', () => answer.destroy());
      },
      'can’t be reached',
      0,
      'unreachable'
    ]
  ])('tells %s', async (_, given, words, status, code) => {
    handler = given;
    const error = await failure(server.data('points_2d.bin'));
    expect(error.message).toContain(words);
    expect([error.status, error.code]).toEqual([status, code]);
  });

  it('refuses what should be JSON and is none', async () => {
    handler = (_, answer) => answer.end('{"a": ');
    expect((await failure(server.json('obs_manifest.json'))).message).toContain('is not JSON');
  });

  it('gives up after the server was silent for too long', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const asked = new Promise<void>(resolve => {
      handler = () => resolve();
    });
    const error = failure(server.data('points_2d.bin'));
    await asked;
    vi.advanceTimersByTime(90_000);
    vi.useRealTimers();
    expect(await error).toMatchObject({ code: 'timeout' });
  });

  it('stops when it is told to', async () => {
    const abort = new AbortController();
    handler = () => abort.abort();
    const reading = { signal: abort.signal, expect: () => undefined, heard: () => undefined };
    await expect(server.data('a', null, reading)).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('tells how much came', async () => {
    let came = 0;
    const { signal } = new AbortController();
    const reading = { signal, expect: () => undefined, heard: (bytes: number) => (came += bytes) };
    handler = (_, answer) => answer.end(Buffer.alloc(300_000));
    await server.data('a', null, reading);
    expect(came).toBe(300_000);
  });
});
