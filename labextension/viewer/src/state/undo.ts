/** Undo and redo of what a person did, with a word about what it was. */
import { text } from '../text';
import type { App } from './app';
import { say } from './messages';

export function undo(app: App): void {
  const label = app.changes.undo();
  say(app, 'info', label === null ? text.nothingToUndo : text.undone(label));
}

export function redo(app: App): void {
  const label = app.changes.redo();
  say(app, 'info', label === null ? text.nothingToRedo : text.redone(label));
}
