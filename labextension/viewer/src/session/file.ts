/** The session that a page is opened for: a file on the server's disk. */
import { FetchError, type Server } from '../data/fetch';
import { text } from '../text';
import type { Sessions } from './sessions';

/**
 * Show a session file in the place of what is shown; what goes wrong is told.
 *
 * @param address - its path below the server's root, percent-encoded
 */
export function openFile(
  sessions: Sessions,
  server: Pick<Server, 'bytes'>,
  address: string
): Promise<void> {
  return sessions.open(
    async () => new Blob([await server.bytes(`../files/${address}`).catch(explain)]),
    why => text.fileNotShown(nameOf(address), why)
  );
}

function nameOf(address: string): string {
  return decodeURIComponent(address.slice(address.lastIndexOf('/') + 1));
}

function explain(error: unknown): never {
  throw error instanceof FetchError && error.status === 404 ? new Error(text.fileGone) : error;
}
