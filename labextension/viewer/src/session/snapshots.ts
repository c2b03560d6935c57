/**
 * The session a dataset opens with: `state-snapshots.json` in its folder tells where it is. The file
 * comes from strangers, and never leads out of the folder.
 */
import { list, object, own } from '../base/check';
import { readJson } from '../base/json-text';
import type { App } from '../state/app';
import { say } from '../state/messages';
import { text } from '../text';
import type { Sessions } from './sessions';

const FILE = 'state-snapshots.json';
const MAX_BYTES = 2 ** 20;
const SUFFIX = '.cellucid-session';
const SCHEME = /^[a-z][a-z0-9+.-]*:/i;

/**
 * Show the session a dataset opens with, if it has one, as a step that can be undone. What goes
 * wrong is a note: the dataset is open all the same.
 */
export async function openSnapshot(app: App, sessions: Sessions): Promise<void> {
  if (!app.dataset.hasSnapshots) {
    return;
  }
  const done = app.changes.recorded.peek();
  let name = FILE;
  try {
    const path = latestSnapshot(parse(await app.shown.read(dataset => dataset.file(FILE))));
    if (path === null) {
      return;
    }
    name = path;
    const file = new Blob([await app.shown.read(dataset => dataset.file(path))]);
    const show = (): Promise<void> =>
      sessions.open(
        () => file,
        why => text.snapshotNotShown(path, why),
        { level: 'warning', shown: besides => text.snapshotShown(path, besides) }
      );
    if (app.changes.recorded.peek() !== done) {
      // Whoever has begun by then wants to go on with that.
      say(app, 'info', text.snapshotWaits(name), {
        action: { label: text.showSnapshot, act: () => void show() }
      });
      return;
    }
    await show();
  } catch (error) {
    say(app, 'warning', text.snapshotNotShown(name, reason(error)));
  }
}

/**
 * Of the last entry that is a session in the folder, the path; null where there is none.
 *
 * @throws CheckError where it is neither a list nor an object with the list `states`.
 */
export function latestSnapshot(value: unknown): string | null {
  const states = Array.isArray(value) ? value : own(object(value, FILE), 'states');
  const paths = list(states, `${FILE}.states`, pathOf);
  return paths.findLast(path => path !== null) ?? null;
}

/** The path in the folder that an entry means, a URL relative to it; null where it is no session there. */
function pathOf(entry: unknown): string | null {
  if (typeof entry !== 'string' || SCHEME.test(entry)) {
    return null;
  }
  const name = unquoted(entry.replace(/[?#].*$/s, ''));
  if (name === null || /^\/|[\\\0\p{Surrogate}]/u.test(name) || !name.toLowerCase().endsWith(SUFFIX)) {
    return null;
  }
  const parts: string[] = [];
  for (const part of name.split('/')) {
    if (part !== '..') {
      parts.push(...(part === '' || part === '.' ? [] : [part]));
    } else if (parts.pop() === undefined) {
      return null;
    }
  }
  return parts.join('/');
}

/** A percent sign that is no escape stands for itself, as in Python; null where the rest is no UTF-8. */
function unquoted(address: string): string | null {
  try {
    return address.replace(/(?:%[0-9a-f]{2})+/gi, escaped => decodeURIComponent(escaped));
  } catch {
    return null;
  }
}

function parse(bytes: ArrayBuffer): unknown {
  if (bytes.byteLength > MAX_BYTES) {
    throw new Error(text.tooLargeList(bytes.byteLength, MAX_BYTES));
  }
  return readJson(new Uint8Array(bytes), FILE);
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
