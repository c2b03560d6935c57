/** Opens a window where it can be seen and used at once: a narrow page's panel would lie over it. */
import type { App } from '../../state/app';
import type { Ui } from '../ui';

/** `open` adds a window, which gets the focus. */
export function openHere(app: App, ui: Ui, open: () => void): void {
  open();
  ui.opened.value = app.windows.peek().at(-1)?.id ?? null;
  if (ui.narrow.peek()) {
    ui.panelOver.value = false;
  }
}
