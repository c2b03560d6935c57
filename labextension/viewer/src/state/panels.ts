/** Which parts of the panel are open. */
import { boolean, CheckError, object, optional, own, text } from '../base/check';
import { text as words } from '../text';
import type { App } from './app';
import type { Panels } from './types';

const MAX_SECTIONS = 100;
const MAX_NAME = 100;

/** Open or close the panel; null where that is as the room has it. */
export function openPanel(app: App, open: boolean | null): void {
  edit(app, { open });
}

/** Unfold a section of the panel, or fold it. */
export function unfold(app: App, section: string, open: boolean): void {
  edit(app, { sections: { ...app.panels.peek().sections, [section]: open } });
}

/** How the panel stood, out of a stranger's JSON. */
export function readPanels(value: unknown, path: string): Panels {
  const panels = object(value, path);
  const at = `${path}.sections`;
  const sections = Object.entries(object(own(panels, 'sections') ?? {}, at));
  if (sections.length > MAX_SECTIONS) {
    throw new CheckError(at, `at most ${MAX_SECTIONS} sections`);
  }
  return {
    open: optional(own(panels, 'open'), `${path}.open`, boolean),
    sections: Object.fromEntries(
      sections.map(([name, open]) => [
        text(name, `a key of ${at}`, MAX_NAME),
        boolean(open, `${at}.${name}`)
      ])
    )
  };
}

function edit(app: App, parts: Partial<Panels>): void {
  app.changes.change(
    words.didPanel,
    () => app.slots.panels.set({ ...app.panels.peek(), ...parts }),
    { record: false }
  );
}
