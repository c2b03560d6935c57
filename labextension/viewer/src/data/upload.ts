/** A session on its way to the server: whole, or in parts of a size that proxies let through. */
import { integer, object, own } from '../base/check';
import { text } from '../text';
import { FetchError, type Server } from './fetch';

/** What an upload needs of a `Server`. */
export type Sender = Pick<Server, 'viewerId' | 'info' | 'post'>;

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
  const { partBytes, maxUploadBytes } = await limits(server);
  if (session.size > maxUploadBytes) {
    throw new FetchError(
      text.sessionTooLarge(session.size, maxUploadBytes),
      413,
      'too-large'
    );
  }
  const { viewerId } = server;
  const send = (piece: Blob, part?: { part: string; parts: string }): Promise<void> => {
    const query = new URLSearchParams({ viewerId, requestId, ...part });
    return server.post(`session_bundle?${query.toString()}`, piece, {
      'Content-Type': 'application/octet-stream'
    });
  };
  const parts = Math.ceil(session.size / partBytes);
  if (parts < 2) {
    await patiently(() => send(session), () => false);
    return;
  }
  for (let part = 1; part <= parts; part++) {
    const piece = session.slice((part - 1) * partBytes, part * partBytes);
    await patiently(() => send(piece, { part: `${part}`, parts: `${parts}` }), passes);
  }
}

async function limits(server: Sender): Promise<{ partBytes: number; maxUploadBytes: number }> {
  const info = object(await server.info(), 'info');
  const read = (key: string): number => integer(own(info, key), `info.${key}`, 1);
  return { partBytes: read('partBytes'), maxUploadBytes: read('maxUploadBytes') };
}

/** Try again, after ever longer waits, what failed for a reason that passes. */
async function patiently(
  send: () => Promise<void>,
  passing: (error: FetchError) => boolean
): Promise<void> {
  let wait = FIRST_WAIT_MILLISECONDS;
  for (let tries = 1; ; wait = Math.min(2 * wait, LAST_WAIT_MILLISECONDS)) {
    try {
      await send();
      return;
    } catch (error) {
      // A busy server is asked until it answers that what was expected has expired.
      if (!(error instanceof FetchError)) {
        throw error;
      }
      if (error.code !== 'too-many') {
        if (tries === TRIES || !passing(error)) {
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
