/** The session that a page is opened for: a file on the server's disk. */
import { FetchError, type Server } from '../data/fetch';
import type { App } from '../state/app';
import { say } from '../state/messages';
import { text } from '../text';
import type { Sessions } from './sessions';
import { RestoreCancelled } from './turns';

/**
 * Show a session file in the place of what is shown; what goes wrong is told.
 *
 * @param address - its path below the server's root, percent-encoded
 */
export async function openFile(
  app: App,
  sessions: Sessions,
  server: Pick<Server, 'bytes'>,
  address: string
): Promise<void> {
  try {
    await sessions.load(new Blob([await server.bytes(`../files/${address}`)]));
  } catch (error) {
    if (error instanceof RestoreCancelled) {
      say(app, 'info', error.message);
    } else {
      say(app, 'error', text.fileNotShown(nameOf(address), why(error)));
    }
  }
}

function nameOf(address: string): string {
  return decodeURIComponent(address.slice(address.lastIndexOf('/') + 1));
}

function why(error: unknown): string {
  if (error instanceof FetchError && error.status === 404) {
    return text.fileGone;
  }
  return error instanceof Error ? error.message : String(error);
}
