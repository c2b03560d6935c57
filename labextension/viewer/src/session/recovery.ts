/** Work that pages saved by themselves, offered to who opens the same data. */
import type { App } from '../state/app';
import { say } from '../state/messages';
import { text } from '../text';
import type { Autosave } from './autosave';
import type { Sessions } from './sessions';

/** Offer the newest work that was saved of the dataset, unless a session is shown already. */
export async function offerEarlier(app: App, sessions: Sessions, autosave: Autosave): Promise<void> {
  // Who can't have it is told nothing: nobody asked.
  const [newest] = await autosave.earlier().catch(() => []);
  const restored = app.changes.past.peek().some(({ origin }) => origin === 'restore');
  if (newest === undefined || restored || app.arrival.peek() !== null) {
    return;
  }
  say(app, 'info', text.earlierOffer(newest.savedAt, newest.bytes, newest.made), {
    action: {
      label: text.restoreEarlier,
      act: () => void sessions.open(() => autosave.get(newest), text.earlierNotRestored)
    }
  });
}
