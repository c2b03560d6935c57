/**
 * State handed over when the page is taken off the notebook and put back: what a session saves,
 * and the selection being made, as plain values that survive `structuredClone`.
 */
import { batch } from '@preact/signals';

import type { App } from './app';
import type { Candidate, Highlights, View } from './types';

interface Kept {
  readonly datasetId: string;
  readonly views: readonly View[];
  readonly activeViewId: string;
  readonly highlights: Highlights;
  readonly candidate: Candidate;
}

export function snapshot(app: App): unknown {
  const kept: Kept = {
    datasetId: app.dataset.id,
    views: app.views.peek(),
    activeViewId: app.slots.activeViewId.signal.peek(),
    highlights: app.highlights.peek(),
    candidate: app.candidate.peek()
  };
  return kept;
}

/** Take over what `snapshot` gave, if it is of the same dataset. */
export function adopt(app: App, value: unknown): void {
  if (!isKept(value) || value.datasetId !== app.dataset.id) {
    return;
  }
  // The arrays belong to the page that is gone; copies belong to this one.
  const kept = structuredClone(value);
  batch(() =>
    app.changes.change(
      'come back',
      () => {
        app.slots.views.set(kept.views);
        app.slots.activeViewId.set(kept.activeViewId);
        app.slots.highlights.set(kept.highlights);
        app.slots.candidate.set(kept.candidate);
      },
      { origin: 'restore', record: false }
    )
  );
}

function isKept(value: unknown): value is Kept {
  return typeof value === 'object' && value !== null && 'datasetId' in value;
}
