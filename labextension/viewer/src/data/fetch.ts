/** The only file that uses HTTP: the dataset's files, uploads, and what went wrong in words. */

import { gzip } from '../base/gzip';
import { text } from '../text';
import type { Reading } from './reading';

export class FetchError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly code: string
  ) {
    super(message);
    this.name = 'FetchError';
  }
}

/** How long the server may be silent. Its own wait for the kernel is 60 s. */
const SILENCE_SECONDS = 90;
const UPLOAD_SECONDS = 600;

interface Options extends RequestInit {
  readonly headers?: Readonly<Record<string, string>>;
  readonly seconds?: number;
  readonly reading?: Reading | undefined;
}

/** Requests below `{baseUrl}_cellucid/`, for one dataset. */
export class Server {
  readonly #root: string;
  readonly #files: string;

  /** @param files - where the dataset's files are, below that; with a slash at its end */
  constructor(baseUrl: string, files: string) {
    this.#root = `${baseUrl}_cellucid/`;
    this.#files = files;
  }

  /** A file of the dataset, of one revision of it: such a file never changes, so it is fetched once. */
  data(path: string, revision: string | null = null, reading?: Reading): Promise<ArrayBuffer> {
    const parts = path.split('/');
    if (parts.some(part => part === '' || part === '.' || part === '..')) {
      // Manifests are not trusted to name files outside of the dataset.
      return Promise.reject(new FetchError(`“${path}” is no file of the dataset.`, 0, 'bad-path'));
    }
    const address = parts.map(encodeURIComponent).join('/');
    const query = revision === null ? '' : `?v=${encodeURIComponent(revision)}`;
    return this.#request(`${this.#files}${address}${query}`, { reading });
  }

  /** A JSON file of the dataset, not yet checked. */
  async json(path: string, revision: string | null = null): Promise<unknown> {
    return parse(await this.data(path, revision), `“${path}” of the dataset`);
  }

  /** What the server says of itself and takes, not yet checked. */
  async info(): Promise<unknown> {
    return parse(await this.#request('info', {}), 'The server’s word on itself');
  }

  /** Bytes the server has beside those of the dataset. */
  bytes(path: string): Promise<ArrayBuffer> {
    return this.#request(path, {});
  }

  /**
   * Put bytes in a place of the server.
   *
   * @param last - of a page that goes: sent even when it is gone; the browser takes 64 KiB at most
   */
  async put(path: string, body: Blob, last = false): Promise<void> {
    const headers = { 'Content-Type': 'application/octet-stream' };
    await this.#request(path, { method: 'PUT', body, headers, seconds: UPLOAD_SECONDS, keepalive: last });
  }

  /**
   * Ask Jupyter's contents service about a file or folder, without its content.
   *
   * @param path - below the root folder, as names with slashes between them
   * @returns what it answers, not yet checked; null where that is nothing
   */
  async contents(
    method: 'GET' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    model?: Readonly<Record<string, unknown>>
  ): Promise<unknown> {
    const address = path.split('/').map(encodeURIComponent).join('/');
    const answer = await this.#request(
      `../api/contents/${address}${method === 'GET' ? '?content=0' : ''}`,
      model === undefined
        ? { method }
        : { method, body: JSON.stringify(model), headers: { 'Content-Type': 'application/json' } }
    );
    return answer.byteLength === 0 ? null : parse(answer, `“${path}” of the contents service`);
  }

  /** Send bytes, which may take long. */
  async post(path: string, body: Blob, headers: Readonly<Record<string, string>>): Promise<void> {
    await this.#request(path, { method: 'POST', body, headers, seconds: UPLOAD_SECONDS });
  }

  /** The whole address of what stands below. */
  protected url(path: string): URL {
    return new URL(this.#root + path, document.baseURI);
  }

  async #request(
    path: string,
    { headers, reading, seconds = SILENCE_SECONDS, ...init }: Options
  ): Promise<ArrayBuffer> {
    const patience = new Patience(seconds);
    try {
      const answer = await fetch(this.url(path), {
        ...init,
        // The cookie may change at any time, so it is read for each request; a Hub wants it on GET.
        headers: { ...headers, 'X-XSRFToken': xsrfCookie() },
        credentials: 'same-origin',
        signal: reading ? AbortSignal.any([reading.signal, patience.signal]) : patience.signal
      });
      patience.heard();
      if (!answer.ok) {
        throw await refusal(answer);
      }
      if (answer.headers.get('Content-Type')?.startsWith('text/html')) {
        throw new FetchError(
          text.htmlAnswer,
          answer.status,
          'html'
        );
      }
      return await read(answer, patience, reading);
    } catch (error) {
      if (error instanceof FetchError || reading?.signal.aborted) {
        throw error;
      }
      throw new FetchError(
        patience.signal.aborted
          ? text.noAnswer(seconds)
          : text.unreachable,
        0,
        patience.signal.aborted ? 'timeout' : 'unreachable'
      );
    } finally {
      patience.end();
    }
  }
}

/** The same for the dataset of a kernel, which a viewer of its own shows. */
export class ViewerServer extends Server {
  readonly #viewer: string;

  constructor(
    baseUrl: string,
    readonly viewerId: string
  ) {
    const viewer = `viewers/${encodeURIComponent(viewerId)}`;
    super(baseUrl, `${viewer}/data/`);
    this.#viewer = viewer;
  }

  /** Address of the viewer's websocket. */
  get channelUrl(): string {
    const url = this.url(`${this.#viewer}/channel`);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    return url.href;
  }

  /** Whether the server knows this viewer and this person: rejects with why not. */
  async seen(): Promise<void> {
    await this.bytes(this.#viewer);
  }

  /** Send an event that is too large for the websocket. */
  async postEvent(event: Readonly<Record<string, unknown>>): Promise<void> {
    const text = JSON.stringify({ ...event, viewerId: this.viewerId });
    // Packed, so that a proxy's limit lets selections of some million cells through.
    const packed = await gzip(new TextEncoder().encode(text));
    await this.post('events', new Blob([packed]), {
      'Content-Type': 'application/json',
      'Content-Encoding': 'gzip'
    });
  }
}

/** Gives up after some seconds of silence, however long the whole answer takes. */
class Patience {
  readonly #abort = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly seconds: number) {
    this.heard();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  heard(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#abort.abort(), this.seconds * 1000);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

function parse(bytes: ArrayBuffer, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    throw new FetchError(`${what} is not JSON.`, 200, 'not-json');
  }
}

async function read(
  answer: Response,
  patience: Patience,
  reading: Reading | undefined
): Promise<ArrayBuffer> {
  const heard = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(piece, controller) {
      patience.heard();
      reading?.heard(piece.byteLength);
      controller.enqueue(piece);
    }
  });
  return answer.body === null
    ? new ArrayBuffer(0)
    : new Response(answer.body.pipeThrough(heard)).arrayBuffer();
}

function xsrfCookie(): string {
  const value = /(?:^|;\s*)_xsrf=([^;]*)/.exec(document.cookie)?.[1] ?? '';
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

async function refusal(answer: Response): Promise<FetchError> {
  let message = '';
  let code = '';
  if (answer.headers.get('Content-Type')?.startsWith('application/json')) {
    const body: unknown = await answer.json().catch(() => null);
    if (typeof body === 'object' && body !== null) {
      message = 'message' in body && typeof body.message === 'string' ? body.message : '';
      code = 'code' in body && typeof body.code === 'string' ? body.code : '';
    }
  }
  const advice = Object.hasOwn(text.refusals, code) ? text.refusals[code] : undefined;
  if (!code && (answer.status === 401 || answer.status === 403)) {
    // Jupyter's own refusal, as of an old XSRF cookie: its words help nobody.
    message = '';
  }
  return new FetchError(advice ?? (message || explain(answer.status)), answer.status, code);
}

function explain(status: number): string {
  if (status === 401 || status === 403) {
    return text.loginExpired;
  }
  if (status === 413) {
    return text.tooLargeForProxy;
  }
  return [502, 503, 504].includes(status) ? text.proxyWaited(status) : text.answered(status);
}
