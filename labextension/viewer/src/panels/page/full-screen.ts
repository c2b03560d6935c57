/** The page over the whole screen, and back. */
import type { App } from '../../state/app';
import { say } from '../../state/messages';
import { text } from '../../text';

export function toggleFullScreen(app: App): void {
  if (document.fullscreenElement) {
    void document.exitFullscreen();
    return;
  }
  const page = document.documentElement;
  // Absent where the browser has no such thing.
  const asked = document.fullscreenEnabled
    ? page.requestFullscreen()
    : Promise.reject(new Error('not allowed'));
  asked.catch(() => say(app, 'warning', text.noFullScreen));
}
