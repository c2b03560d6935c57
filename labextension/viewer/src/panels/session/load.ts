/** Files that a person chose or dropped, shown as the session they hold. */
import type { Sessions } from '../../session/sessions';
import type { App } from '../../state/app';
import { say } from '../../state/messages';
import { text } from '../../text';

/** Show the session in a file; anything else is refused with words. */
export async function loadFiles(
  app: App,
  sessions: Sessions,
  files: readonly File[]
): Promise<void> {
  const [file] = files;
  if (file === undefined || files.length > 1) {
    say(app, 'error', text.oneSession(files.length));
    return;
  }
  await sessions.open(
    () => file,
    why => text.sessionNotLoaded(file.name, why)
  );
}

/** Have a person choose a file, and show what it holds. */
export function chooseAndLoad(app: App, sessions: Sessions): void {
  const input = document.createElement('input');
  input.type = 'file';
  // No system knows the end of sessions, so none is asked for.
  input.hidden = true;
  const done = (): void => input.remove();
  input.addEventListener('change', () => {
    void loadFiles(app, sessions, [...(input.files ?? [])]);
    done();
  });
  input.addEventListener('cancel', done);
  document.body.append(input);
  input.click();
}
