import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

/** What the server says of a viewer, or why it says nothing. */
export type Answer =
  | { readonly state: 'known' }
  | { readonly state: 'unknown' }
  /** The server runs without its part of this extension. */
  | { readonly state: 'missing' }
  | { readonly state: 'refused'; readonly detail: string }
  | { readonly state: 'unreachable'; readonly detail: string };

const TIMEOUT_SECONDS = 15;

/** The server's part of the extension; nothing else in the plugin makes requests. */
export class Server {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  /** Absolute, with a slash at its end. */
  get baseUrl(): string {
    return this.settings.baseUrl.replace(/\/*$/, '/');
  }

  /** Ask for a viewer. Never throws: what went wrong is an answer, too. */
  async ask(viewerId: string): Promise<Answer> {
    const url = URLExt.join(this.baseUrl, '_cellucid/viewers', encodeURIComponent(viewerId));
    const controller = new AbortController();
    const timer = setTimeout(() => {
      controller.abort();
    }, TIMEOUT_SECONDS * 1000);
    try {
      const init = { signal: controller.signal };
      const response = await ServerConnection.makeRequest(url, init, this.settings);
      return judge(response, viewerId, await readJson(response));
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

function judge(response: Response, viewerId: string, body: Body): Answer {
  if (response.ok && body['viewerId'] === viewerId) {
    return { state: 'known' };
  }
  if (response.status === 404 && body['code'] === 'no-such-viewer') {
    return { state: 'unknown' };
  }
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
