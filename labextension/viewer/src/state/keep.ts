/**
 * State handed over when the page is taken off the notebook and put back: what a session saves,
 * the selection being made, and what Python asked for and is not done, as plain values that survive `structuredClone`.
 */
import { integer, list, object, optional, own, text, type JsonObject } from '../base/check';
import type { App } from './app';
import { writeFilter } from './filter-json';
import { say } from './messages';
import { checkCells, readHighlights, readLayout, readStep, readViews } from './readers';
import { settleReferences } from './settle';
import type { Candidate, Highlights, Layout, View } from './types';

interface Kept {
  readonly datasetId: string;
  readonly nCells: number;
  readonly views: readonly unknown[];
  readonly activeViewId: string;
  readonly layout: Layout;
  readonly highlights: Highlights;
  readonly candidate: Candidate;
  readonly commands: readonly JsonObject[];
}

interface Adopted extends Omit<Kept, 'datasetId' | 'nCells' | 'views'> {
  readonly views: readonly View[];
}

export function snapshot(app: App): unknown {
  const kept: Kept = {
    datasetId: app.dataset.id,
    nCells: app.dataset.nCells,
    views: app.views.peek().map(view => ({ ...view, filters: view.filters.map(writeFilter) })),
    activeViewId: app.slots.activeViewId.signal.peek(),
    layout: app.layout.peek(),
    highlights: app.highlights.peek(),
    candidate: app.candidate.peek(),
    commands: app.commands.peek()
  };
  return kept;
}

/** Take over what `snapshot` gave, if it is of the same dataset. */
export function adopt(app: App, value: unknown): void {
  if (value === null || value === undefined) {
    return;
  }
  try {
    // The arrays belong to the page that is gone; copies belong to this one.
    const given = object(structuredClone(value), 'kept');
    const { id, nCells } = app.dataset;
    if (own(given, 'datasetId') !== id || own(given, 'nCells') !== nCells) {
      return;
    }
    const kept = read(given, nCells);
    app.commands.value = kept.commands;
    app.changes.change(
      'come back',
      () => {
        app.slots.views.set(kept.views);
        app.slots.activeViewId.set(kept.activeViewId);
        app.slots.layout.set(kept.layout);
        app.slots.highlights.set(kept.highlights);
        app.slots.candidate.set(kept.candidate);
        settleReferences(app);
      },
      { origin: 'restore', record: false }
    );
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    say(app, 'warning', `What the viewer showed before could not be taken over: ${why}`);
  }
}

function read(kept: JsonObject, nCells: number): Adopted {
  const highlights = object(own(kept, 'highlights'), 'highlights');
  const candidate = object(own(kept, 'candidate'), 'candidate');
  const cells = (given: unknown, path: string): Uint32Array => checkCells(given, path, nCells);
  const pages = readHighlights(highlights, 'highlights', 'groups', (group, path) => ({
    cells: cells(own(group, 'cells'), `${path}.cells`),
    extra: object(own(group, 'extra'), `${path}.extra`)
  }));
  return {
    views: readViews(own(kept, 'views'), 'views'),
    activeViewId: text(own(kept, 'activeViewId'), 'activeViewId'),
    layout: readLayout(own(kept, 'layout'), 'layout'),
    highlights: {
      ...pages,
      nextPage: integer(own(highlights, 'nextPage'), 'highlights.nextPage', pages.nextPage),
      nextGroup: integer(own(highlights, 'nextGroup'), 'highlights.nextGroup', pages.nextGroup)
    },
    candidate: {
      cells: optional(own(candidate, 'cells'), 'candidate.cells', cells),
      steps: list(own(candidate, 'steps'), 'candidate.steps', readStep),
      pageId: optional(own(candidate, 'pageId'), 'candidate.pageId', (v, p) => text(v, p))
    },
    commands: list(own(kept, 'commands'), 'commands', object)
  };
}
