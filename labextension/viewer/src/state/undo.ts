/** Undo and redo of what a person did, with a word about what it was. */
import { batch } from '@preact/signals';

import { text } from '../text';
import type { App } from './app';
import {
  detachCandidate,
  forgetSteps,
  putSelection,
  redoCandidate,
  undoCandidate,
  type Selection
} from './candidate';
import type { Past } from './change';
import { say } from './messages';

/** Take back the last change of the page. */
export function undo(app: App): void {
  const label = moved(app, app.changes.past.peek().at(-1), () => app.changes.undo());
  say(app, 'info', label === null ? text.nothingToUndo : text.undone(label), { about: 'history' });
}

/** Do the change again that was taken back. */
export function redo(app: App): void {
  const label = moved(app, app.changes.future.peek().at(-1), () => app.changes.redo());
  say(app, 'info', label === null ? text.nothingToRedo : text.redone(label), { about: 'history' });
}

/** Take back what was done last: a step of the selection, or a change of the page. */
export function undoLast(app: App): void {
  (isLater(app.candidatePast.peek(), app.changes.past.peek()) ? undoCandidate : undo)(app);
}

/** Do again what was taken back last, of the one or the other. */
export function redoLast(app: App): void {
  (isLater(app.candidateFuture.peek(), app.changes.future.peek()) ? redoCandidate : redo)(app);
}

/**
 * Take back the restore that made a revision, and all after it, for good.
 *
 * @param selection - what stood before it
 */
export function takeBack(app: App, revision: number, selection: Selection): void {
  batch(() => {
    if (app.changes.drop(revision)) {
      putSelection(app, selection);
    }
  });
}

interface Moment {
  readonly at: number;
}

function isLater(one: readonly Moment[], other: readonly Moment[]): boolean {
  return (one.at(-1)?.at ?? 0) > (other.at(-1)?.at ?? 0);
}

function moved(app: App, step: Past | undefined, move: () => string | null): string | null {
  return batch(() => {
    const before = app.candidate.peek();
    const pages = app.highlights.peek();
    const label = move();
    if (step?.origin === 'restore' && app.highlights.peek() !== pages) {
      // Pages and groups on the other side of it are others, whatever their ids; what comes back
      // with the step is of this side.
      (app.candidate.peek() === before ? detachCandidate : forgetSteps)(app);
    }
    return label;
  });
}
