/** The candidate set: the selection being made, joined step by step, with an undo of its own. */
import { batch } from '@preact/signals';

import { difference, intersection, masked, union } from '../cells/cellset';
import { text } from '../text';
import type { App } from './app';
import { say } from './messages';
import { NO_CANDIDATE } from './opening';
import type { Candidate, LeftCandidate, RecipeStep, SetOperation } from './types';

const STEPS = 50;
/** Sets of millions of cells would fill the memory before they are fifty. */
const MOST_BYTES = 256 * 2 ** 20;

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
    ...candidate,
    cells: joined(before, taken, step.operation),
    steps: isNew(before, step.operation) ? [step] : [...candidate.steps, step],
    pageId: candidate.pageId ?? app.highlights.peek().activePageId
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
  if (before === null || operation === 'replace' || isNew(before, operation)) {
    return taken;
  }
  const join = { intersect: intersection, add: union, remove: difference }[operation];
  return join(before, taken);
}

/** Whether the selection begins with this step. An empty set would stay so, whatever it is cut with. */
function isNew(before: Uint32Array | null, operation: SetOperation): boolean {
  return (
    before === null ||
    operation === 'replace' ||
    (operation === 'intersect' && before.length === 0)
  );
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

/** Give the selection up, for what had been begun before, if anything; a step of its own undo. */
export function cancelCandidate(app: App): void {
  const { cells, steps, over } = app.candidate.peek();
  if (cells === null) {
    return;
  }
  setCandidate(app, over ?? NO_CANDIDATE);
  // One gesture is soon made again; more is work.
  if (over === null && steps.length > 1) {
    say(app, 'info', text.selectionCancelled(cells.length), { about: 'history' });
  }
}

/** Put another candidate in the place of the one there is, as one step of its own undo. */
export function setCandidate(app: App, next: Candidate): void {
  batch(() => {
    const left = { candidate: app.candidate.peek(), at: app.changes.tick() };
    app.candidatePast.value = latest([...app.candidatePast.peek(), left]);
    app.candidateFuture.value = [];
    put(app, next);
  });
}

/** End the selection that was confirmed: what had been begun before it is there again. */
export function endCandidate(app: App): void {
  batch(() => {
    forgetSteps(app);
    put(app, app.candidate.peek().over ?? NO_CANDIDATE);
  });
}

/** The selection with what can be undone and done again of it. */
export interface Selection {
  readonly candidate: Candidate;
  readonly past: readonly LeftCandidate[];
  readonly future: readonly LeftCandidate[];
}

export function selectionOf(app: App): Selection {
  return {
    candidate: app.candidate.peek(),
    past: app.candidatePast.peek(),
    future: app.candidateFuture.peek()
  };
}

/** Put a selection there as it was. */
export function putSelection(app: App, { candidate, past, future }: Selection): void {
  batch(() => {
    app.candidatePast.value = past;
    app.candidateFuture.value = future;
    put(app, candidate);
  });
}

/** Leave nothing of the selection, within a change whose undo brings it back. */
export function dropCandidate(app: App): void {
  forgetSteps(app);
  put(app, NO_CANDIDATE);
}

/** Pages and groups are others now: no id of theirs means anything to the selection any more. */
export function detachCandidate(app: App): void {
  batch(() => {
    forgetSteps(app);
    put(app, detached(app.candidate.peek()));
  });
}

/** Nothing of the selection to undo or to do again. */
export function forgetSteps(app: App): void {
  app.candidatePast.value = [];
  app.candidateFuture.value = [];
}

function detached(candidate: Candidate): Candidate {
  const { pageId, groupId, over } = candidate;
  return pageId === null && groupId === null
    ? candidate
    : { ...candidate, pageId: null, groupId: null, over: over && detached(over) };
}

/** The last steps, as many as are kept. */
function latest(steps: readonly LeftCandidate[]): readonly LeftCandidate[] {
  const sets = new Set<Uint32Array>();
  let bytes = 0;
  const last = steps.slice(-STEPS);
  const tooMany = last.findLastIndex(({ candidate: { cells } }) => {
    if (cells !== null && !sets.has(cells)) {
      sets.add(cells);
      bytes += cells.byteLength;
    }
    return bytes > MOST_BYTES;
  });
  return last.slice(tooMany + 1);
}

function move(
  app: App,
  from: readonly LeftCandidate[],
  to: readonly LeftCandidate[],
  store: (from: readonly LeftCandidate[], to: readonly LeftCandidate[]) => void
): void {
  const next = from.at(-1);
  if (next !== undefined) {
    batch(() => {
      const left = { candidate: app.candidate.peek(), at: app.changes.tick() };
      store(from.slice(0, -1), [...to, left]);
      put(app, next.candidate);
    });
  }
}

function put(app: App, candidate: Candidate): void {
  app.changes.change('selection', () => app.slots.candidate.set(candidate), { record: false });
}
