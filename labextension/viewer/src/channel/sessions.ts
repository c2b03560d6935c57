/** Sessions on their way to Python, and from it. */
import { FetchError } from '../data/fetch';
import { uploadSession } from '../data/upload';
import { say } from '../state/messages';
import { text } from '../text';
import { fetchSent } from './cells';
import type { CommandContext } from './context';

/** Hand the session over as it is now. What follows need not wait until it has gone. */
export function handOverSession(context: CommandContext, requestId: string): void {
  void handOver(context, requestId);
}

async function handOver({ app, server, sessions, emit }: CommandContext, requestId: string): Promise<void> {
  try {
    await uploadSession(server, requestId, await sessions.capture());
    say(app, 'info', text.sessionHanded);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    say(app, 'error', text.sessionNotHanded(message));
    const code = error instanceof FetchError ? error.code : '';
    emit({ type: 'session_bundle', requestId, status: 'error', error: { message, code } });
  }
}

/**
 * Replace what is shown by a session that Python sends.
 *
 * @throws CheckError, FetchError where it can't be had, is none, or fits in no part; what was shown
 * stays then.
 */
export async function takeSession(
  { server, sessions, emit }: CommandContext,
  url: unknown,
  requestId: string
): Promise<void> {
  const file = new Blob([await fetchSent(server, url)]);
  const { restored, skipped, difference } = await sessions.load(file);
  if (restored.length === 0) {
    throw new Error(text.nothingShown(difference?.words ?? null));
  }
  emit({ type: 'session_restored', requestId, restored, skipped });
}
