/** The candidate set: the selection being made, joined step by step, with an undo of its own. */
import { batch } from '@preact/signals';

import { difference, intersection, masked, union } from '../cells/cellset';
import { text } from '../text';
import { type App, NO_CANDIDATE } from './app';
import { say } from './messages';
import type { Candidate, RecipeStep, SetOperation } from './types';

const STEPS = 50;

/**
 * One step of a selection: cells taken by a tool, joined to the candidate set as the step says.
 * Only visible cells are taken; those already in the set stay in it.
 */
export function stepCandidate(app: App, cells: Uint32Array, step: RecipeStep): void {
  const candidate = app.candidate.peek();
  const taken = masked(cells, app.data(step.view).visible.peek());
  const hidden = cells.length - taken.length;
  if (hidden > 0) {
    say(app, 'info', text.hiddenLeftOut(hidden));
  }
  app.preview.value = null;
  const before = candidate.cells;
  if (before === null && step.operation === 'remove') {
    return;
  }
  setCandidate(app, {
    cells: joined(before, taken, step.operation),
    steps: before === null || step.operation === 'replace' ? [step] : [...candidate.steps, step],
    pageId: candidate.pageId ?? app.highlights.peek().activePageId,
    groupId: candidate.groupId
  });
}

/**
 * Show what the candidate set would be with these cells, visible ones, joined to it.
 *
 * @returns how many cells it would have
 */
export function previewCandidate(app: App, cells: Uint32Array, operation: SetOperation): number {
  const before = app.candidate.peek().cells;
  const after = before === null && operation === 'remove' ? null : joined(before, cells, operation);
  app.preview.value = after;
  return after?.length ?? 0;
}

function joined(
  before: Uint32Array | null,
  taken: Uint32Array,
  operation: SetOperation
): Uint32Array {
  if (before === null || operation === 'replace') {
    return taken;
  }
  const join = { intersect: intersection, add: union, remove: difference }[operation];
  return join(before, taken);
}

/** Take back the last step of the selection. */
export function undoCandidate(app: App): void {
  move(app, app.candidatePast.peek(), app.candidateFuture.peek(), (past, future) => {
    app.candidatePast.value = past;
    app.candidateFuture.value = future;
  });
}

/** Take the step that was taken back again. */
export function redoCandidate(app: App): void {
  move(app, app.candidateFuture.peek(), app.candidatePast.peek(), (future, past) => {
    app.candidatePast.value = past;
    app.candidateFuture.value = future;
  });
}

/** Give the selection up. */
export function cancelCandidate(app: App): void {
  if (app.candidate.peek().cells !== null) {
    forgetCandidate(app);
  }
}

/** Put another candidate in the place of the one there is, as one step of its own undo. */
export function setCandidate(app: App, next: Candidate): void {
  batch(() => {
    app.candidatePast.value = [...app.candidatePast.peek(), app.candidate.peek()].slice(-STEPS);
    app.candidateFuture.value = [];
    put(app, next);
  });
}

/** None any more, and nothing of it to undo. */
export function forgetCandidate(app: App): void {
  batch(() => {
    app.candidatePast.value = [];
    app.candidateFuture.value = [];
    put(app, NO_CANDIDATE);
  });
}

function move(
  app: App,
  from: readonly Candidate[],
  to: readonly Candidate[],
  store: (from: readonly Candidate[], to: readonly Candidate[]) => void
): void {
  const next = from.at(-1);
  if (next !== undefined) {
    batch(() => {
      store(from.slice(0, -1), [...to, app.candidate.peek()]);
      put(app, next);
    });
  }
}

function put(app: App, candidate: Candidate): void {
  app.changes.change('selection', () => app.slots.candidate.set(candidate), { record: false });
}
