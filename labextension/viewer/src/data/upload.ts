/** A session on its way to the server: whole, or in parts of a size that proxies let through. */
import { integer, object, own, type JsonObject } from '../base/check';
import { text } from '../text';
import { FetchError, type ViewerServer } from './fetch';

/** What an upload needs of a `ViewerServer`. */
export type Sender = Pick<ViewerServer, 'viewerId' | 'info' | 'post'>;

/** How large a session may be, and a part of it. */
export interface UploadLimits {
  readonly partBytes: number;
  readonly maxUploadBytes: number;
}

/** Which part of how many a piece is; nothing for one that is whole. */
export type Part = Readonly<Record<string, string>>;

/** What may be otherwise a moment later: a cut connection, a proxy's bad gateway. */
const PASSING = [0, 429, 502, 503, 504];
const TRIES = 6;
const FIRST_WAIT_MILLISECONDS = 250;
const LAST_WAIT_MILLISECONDS = 4000;

/**
 * Hand a session to Python, which asked for it.
 *
 * A part whose connection was cut is sent again: the server drops what came of it, and takes none
 * twice. A session in one piece is not, since the server has told Python by then that it failed.
 *
 * @throws FetchError saying why the server does not have it.
 */
export async function uploadSession(
  server: Sender,
  requestId: string,
  session: Blob
): Promise<void> {
  const limits = readLimits(object(await server.info(), 'info'));
  const { viewerId } = server;
  await sendInParts(session, limits, {
    send: (piece, part) => {
      const query = new URLSearchParams({ viewerId, requestId, ...part });
      return server.post(`session_bundle?${query.toString()}`, piece, {
        'Content-Type': 'application/octet-stream'
      });
    },
    untilExpired: true
  });
}

/** What an info of the server says of uploads. */
export function readLimits(info: JsonObject): UploadLimits {
  const read = (key: string): number => integer(own(info, key), `info.${key}`, 1);
  return { partBytes: read('partBytes'), maxUploadBytes: read('maxUploadBytes') };
}

interface Sending {
  readonly send: (piece: Blob, part: Part) => Promise<void>;
  /** Whether a busy server is asked until it answers that what was expected has expired. */
  readonly untilExpired: boolean;
}

/**
 * Send a session whole, or, if it is larger than a part may be, in parts one after the other.
 *
 * @throws FetchError saying why the server does not have it.
 */
export async function sendInParts(
  session: Blob,
  { partBytes, maxUploadBytes }: UploadLimits,
  { send, untilExpired }: Sending
): Promise<void> {
  if (session.size > maxUploadBytes) {
    throw new FetchError(text.sessionTooLarge(session.size, maxUploadBytes), 413, 'too-large');
  }
  const parts = Math.ceil(session.size / partBytes);
  if (parts < 2) {
    await patiently(() => send(session, {}), () => false, untilExpired);
    return;
  }
  for (let part = 1; part <= parts; part++) {
    const piece = session.slice((part - 1) * partBytes, part * partBytes);
    await patiently(() => send(piece, { part: `${part}`, parts: `${parts}` }), passes, untilExpired);
  }
}

/** Try again, after ever longer waits, what failed for a reason that passes. */
async function patiently(
  send: () => Promise<void>,
  passing: (error: FetchError) => boolean,
  untilExpired: boolean
): Promise<void> {
  let wait = FIRST_WAIT_MILLISECONDS;
  for (let tries = 1; ; wait = Math.min(2 * wait, LAST_WAIT_MILLISECONDS)) {
    try {
      await send();
      return;
    } catch (error) {
      if (!(error instanceof FetchError)) {
        throw error;
      }
      const busy = error.code === 'too-many';
      if (!busy || !untilExpired) {
        if (tries === TRIES || !(busy || passing(error))) {
          throw error;
        }
        tries++;
      }
      await new Promise(resolve => setTimeout(resolve, wait));
    }
  }
}

/**
 * A refusal in the server's own words, such as that of a viewer whose kernel is gone, stands; but
 * a browser repeats by itself what it sent on a connection that was cut, and until the server has
 * seen the cut, one of both is refused as second.
 */
function passes(error: FetchError): boolean {
  return (
    error.code === 'already-claimed' ||
    (PASSING.includes(error.status) && ['', 'unreachable', 'timeout'].includes(error.code))
  );
}
