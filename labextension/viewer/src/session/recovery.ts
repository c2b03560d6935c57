/** Work that pages saved by themselves, brought back. */
import type { Earlier } from '../data/autosaves';
import type { App } from '../state/app';
import { say } from '../state/messages';
import { text } from '../text';
import type { Autosave } from './autosave';
import type { Sessions } from './sessions';
import { RestoreCancelled } from './turns';

/** Offer the newest work that was saved of the dataset, unless a session is shown already. */
export async function offerEarlier(app: App, sessions: Sessions, autosave: Autosave): Promise<void> {
  // Who can't have it is told nothing: nobody asked.
  const [newest] = await autosave.earlier().catch(() => []);
  const restored = app.changes.past.peek().some(({ origin }) => origin === 'restore');
  if (newest === undefined || restored || app.arrival.peek() !== null) {
    return;
  }
  say(app, 'info', text.earlierOffer(newest.savedAt, newest.bytes), {
    action: { label: text.restoreEarlier, act: () => void restoreEarlier(app, sessions, autosave, newest) }
  });
}

/** Show earlier work in the place of what is shown; what goes wrong is told. */
export async function restoreEarlier(
  app: App,
  sessions: Sessions,
  autosave: Autosave,
  earlier: Earlier
): Promise<void> {
  try {
    await sessions.load(await autosave.get(earlier));
  } catch (error) {
    if (error instanceof RestoreCancelled) {
      say(app, 'info', error.message);
    } else {
      const why = error instanceof Error ? error.message : String(error);
      say(app, 'error', text.earlierNotRestored(why));
    }
  }
}
