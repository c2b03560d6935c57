import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import { encodePath, isSessionFile, type SessionFile } from './session-file';

/** Why the server does not say what it is asked for. */
export type Silence =
  /** It runs without its part of this extension. */
  | { readonly state: 'missing' }
  | { readonly state: 'refused'; readonly detail: string }
  | { readonly state: 'unreachable'; readonly detail: string };

/** What the server says of a viewer. */
export type Answer = { readonly state: 'known' } | { readonly state: 'unknown' } | Silence;

/** What the server says of a session file. */
export type Description =
  | { readonly state: 'described'; readonly session: SessionFile }
  | { readonly state: 'no-file' }
  | { readonly state: 'no-session'; readonly detail: string }
  | Silence;

const TIMEOUT_SECONDS = 15;

/** The server's part of the extension; nothing else in the plugin makes requests. */
export class Server {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  /** Absolute, with a slash at its end. */
  get baseUrl(): string {
    return this.settings.baseUrl.replace(/\/*$/, '/');
  }

  /** Ask for a viewer. Never throws: what went wrong is an answer, too. */
  ask(viewerId: string): Promise<Answer> {
    return this.get(`viewers/${encodeURIComponent(viewerId)}`, (status, body) => {
      if (status === 200 && body['viewerId'] === viewerId) {
        return { state: 'known' };
      }
      return status === 404 && body['code'] === 'no-such-viewer' ? { state: 'unknown' } : null;
    });
  }

  /**
   * Ask what is in a session file, and for data to open it with. Never throws.
   *
   * @param path - below the server's root
   */
  describe(path: string): Promise<Description> {
    return this.get(`sessions/${encodePath(path)}`, (status, body) => {
      if (status === 200 && isSessionFile(body)) {
        return { state: 'described', session: body };
      }
      if (status === 404 && body['code'] === 'not-found') {
        return { state: 'no-file' };
      }
      const bad = status === 422 && body['code'] === 'not-a-session';
      return bad ? { state: 'no-session', detail: String(body['message']) } : null;
    });
  }

  /** @param judge - says what an answer means; null where it is not the extension's */
  private async get<T>(
    path: string,
    judge: (status: number, body: Body) => T | null
  ): Promise<T | Silence> {
    const url = URLExt.join(this.baseUrl, '_cellucid', path);
    const controller = new AbortController();
    const timer = setTimeout(() => {
      controller.abort();
    }, TIMEOUT_SECONDS * 1000);
    try {
      const init = { signal: controller.signal };
      const response = await ServerConnection.makeRequest(url, init, this.settings);
      const body = await readJson(response);
      return judge(response.status, body) ?? silence(response, body);
    } catch (error) {
      const detail = controller.signal.aborted
        ? `no answer within ${TIMEOUT_SECONDS} s`
        : String(error instanceof Error ? error.message : error);
      return { state: 'unreachable', detail };
    } finally {
      clearTimeout(timer);
    }
  }
}

function silence(response: Response, body: Body): Silence {
  // Any other page that is found, or not found, at this address is somebody else's.
  if (response.ok || response.status === 404) {
    return { state: 'missing' };
  }
  const message = body['message'];
  const detail = `${response.status} ${typeof message === 'string' ? message : response.statusText}`;
  const refused = response.status === 401 || response.status === 403;
  return { state: refused ? 'refused' : 'unreachable', detail: detail.slice(0, 300) };
}

type Body = Readonly<Record<string, unknown>>;

async function readJson(response: Response): Promise<Body> {
  const text = await response.text();
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? (body as Body) : {};
  } catch {
    return {};
  }
}
