/** The only file that uses HTTP: the dataset's files, uploads, and what went wrong in words. */

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

const READ_SECONDS = 90;
const UPLOAD_SECONDS = 600;

/** Requests below `{baseUrl}_cellucid/`, for one viewer. */
export class Server {
  readonly #root: string;

  constructor(
    baseUrl: string,
    readonly viewerId: string
  ) {
    this.#root = `${baseUrl}_cellucid/`;
  }

  /** Address of the viewer's websocket. */
  get channelUrl(): string {
    const url = new URL(`${this.#root}viewers/${this.viewerId}/channel`, document.baseURI);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    return url.href;
  }

  /** A file of the dataset. */
  async data(path: string, signal?: AbortSignal): Promise<ArrayBuffer> {
    const address = path.split('/').map(encodeURIComponent).join('/');
    const answer = await this.#send(
      `viewers/${this.viewerId}/data/${address}`,
      {},
      READ_SECONDS,
      signal
    );
    return answer.arrayBuffer();
  }

  /** A JSON file of the dataset, not yet checked. */
  async json(path: string, signal?: AbortSignal): Promise<unknown> {
    const bytes = await this.data(path, signal);
    try {
      return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
    } catch {
      throw new FetchError(`${path} is not JSON`, 200, 'not-json');
    }
  }

  /** Hand a session to Python, which asked for it. */
  async uploadSession(requestId: string, session: Blob): Promise<void> {
    const query = new URLSearchParams({ viewerId: this.viewerId, requestId });
    await this.#send(`session_bundle?${query}`, { method: 'POST', body: session }, UPLOAD_SECONDS);
  }

  /** Send an event that is too large for the websocket. */
  async postEvent(event: Readonly<Record<string, unknown>>): Promise<void> {
    const body = JSON.stringify({ ...event, viewerId: this.viewerId });
    const headers = { 'Content-Type': 'application/json' };
    await this.#send('events', { method: 'POST', body, headers }, UPLOAD_SECONDS);
  }

  async #send(
    path: string,
    init: RequestInit & { headers?: Record<string, string> },
    seconds: number,
    signal?: AbortSignal
  ): Promise<Response> {
    const timeout = AbortSignal.timeout(seconds * 1000);
    let answer: Response;
    try {
      answer = await fetch(new URL(this.#root + path, document.baseURI), {
        ...init,
        // The cookie rotates, so it is read for each request; a Hub wants it on GET too.
        headers: { ...init.headers, 'X-XSRFToken': xsrfCookie() },
        credentials: 'same-origin',
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout
      });
    } catch (error) {
      if (signal?.aborted) {
        throw error;
      }
      const why = timeout.aborted ? `did not answer within ${seconds} s` : 'can’t be reached';
      throw new FetchError(`The Jupyter server ${why}.`, 0, 'unreachable');
    }
    if (!answer.ok) {
      throw await refusal(answer);
    }
    return answer;
  }
}

function xsrfCookie(): string {
  const found = /(?:^|;\s*)_xsrf=([^;]*)/.exec(document.cookie);
  return found ? decodeURIComponent(found[1]!) : '';
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
  return new FetchError(message || explain(answer.status), answer.status, code);
}

function explain(status: number): string {
  if (status === 401 || status === 403) {
    return 'The login has expired: reload the notebook and log in again.';
  }
  if (status === 413 || status === 502 || status === 503) {
    return `A proxy before the Jupyter server refused this (${status}).`;
  }
  return `The Jupyter server answered ${status}.`;
}
