/**
 * State handed over when the page is taken off the notebook and put back: what a session saves,
 * the selection being made, and what Python asked for and is not done, as plain values that survive `structuredClone`.
 */
import { CheckError, integer, list, object, optional, own, text, type JsonObject } from '../base/check';
import type { SmallCodes } from '../cells/regroup';
import type { Dataset } from '../data/dataset';
import { text as words } from '../text';
import type { App } from './app';
import { isAwaited } from './awaited';
import { checkCodes } from './made-codes';
import { forgetSteps } from './candidate';
import { readFields, writeFields } from './field-json';
import { writeFilter } from './filter-json';
import { say } from './messages';
import { checkCells, readHighlights, readLayout, readSteps, readViews } from './readers';
import { readPanels } from './panels';
import { settleReferences } from './settle';
import { readWindows } from './windows';
import type {
  AnalysisWindow,
  Candidate,
  FieldEdits,
  Highlights,
  Layout,
  Panels,
  StoredPart,
  View
} from './types';

interface Kept {
  readonly datasetId: string;
  readonly nCells: number;
  readonly fields: KeptFields;
  readonly views: readonly unknown[];
  readonly activeViewId: string;
  readonly layout: Layout;
  readonly windows: readonly AnalysisWindow[];
  readonly highlights: Highlights;
  readonly candidate: Candidate;
  readonly panels: Panels;
  readonly carried: readonly StoredPart[];
  readonly commands: readonly JsonObject[];
}

interface KeptFields {
  /** As a session has them. */
  readonly overlays: JsonObject;
  /** The codes of those that were made, by their id. */
  readonly codes: Readonly<Record<string, SmallCodes>>;
  readonly nextField: number;
}

interface Adopted extends Omit<Kept, 'datasetId' | 'nCells' | 'views' | 'fields'> {
  readonly fields: FieldEdits;
  readonly views: readonly View[];
}

/** The state as it is now; null while a part of it is still on its way. */
export function snapshot(app: App): unknown {
  if (isWaiting(app)) {
    return null;
  }
  const kept: Kept = {
    datasetId: app.dataset.id,
    nCells: app.dataset.nCells,
    fields: keptFields(app),
    views: app.views.peek().map(view => ({ ...view, filters: view.filters.map(writeFilter) })),
    activeViewId: app.slots.activeViewId.signal.peek(),
    layout: app.layout.peek(),
    windows: app.windows.peek(),
    highlights: app.highlights.peek(),
    candidate: app.candidate.peek(),
    panels: app.panels.peek(),
    carried: app.slots.carried.signal.peek(),
    commands: app.commands.peek()
  };
  return kept;
}

/** Take over what `snapshot` gave, if it is of the same dataset; returns whether it was taken over. */
export function adopt(app: App, value: unknown): boolean {
  if (value === null || value === undefined) {
    return false;
  }
  try {
    // The arrays belong to the page that is gone; copies belong to this one.
    const given = object(structuredClone(value), 'kept');
    const { id, nCells } = app.dataset;
    if (own(given, 'datasetId') !== id || own(given, 'nCells') !== nCells) {
      return false;
    }
    const kept = read(given, app.dataset);
    app.commands.value = kept.commands;
    app.changes.change(
      'come back',
      () => {
        app.slots.fields.set(kept.fields);
        app.slots.views.set(kept.views);
        app.slots.activeViewId.set(kept.activeViewId);
        app.slots.layout.set(kept.layout);
        app.slots.windows.set(kept.windows);
        app.slots.highlights.set(kept.highlights);
        app.slots.candidate.set(kept.candidate);
        app.slots.panels.set(kept.panels);
        app.slots.carried.set(kept.carried);
        forgetSteps(app);
        settleReferences(app);
      },
      { origin: 'restore', record: false }
    );
    return true;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    say(app, 'warning', words.notTakenOver(why));
    return false;
  }
}

function isWaiting(app: App): boolean {
  const { made } = app.slots.fields.signal.peek();
  const groups = app.highlights.peek().pages.flatMap(page => page.groups);
  return (
    groups.some(group => isAwaited(group.cells)) ||
    made.some(field => field.made.kind === 'category' && isAwaited(field.made.codes))
  );
}

function keptFields(app: App): KeptFields {
  const edits = app.slots.fields.signal.peek();
  const codes = edits.made.flatMap(({ id, made }) =>
    made.kind === 'category' ? [[id, made.codes] as const] : []
  );
  const { nextField } = edits;
  return { overlays: writeFields(edits, app.dataset), codes: Object.fromEntries(codes), nextField };
}

function readKeptFields(value: unknown, dataset: Dataset): FieldEdits {
  const kept = object(value, 'fields');
  const { edits } = readFields(own(kept, 'overlays'), 'fields.overlays', dataset);
  const codes = object(own(kept, 'codes'), 'fields.codes');
  return {
    ...edits,
    made: edits.made.map(field => checkCodes(field, own(codes, field.id), dataset.nCells)),
    nextField: integer(own(kept, 'nextField'), 'fields.nextField', edits.nextField)
  };
}

function read(kept: JsonObject, dataset: Dataset): Adopted {
  const { nCells } = dataset;
  const highlights = object(own(kept, 'highlights'), 'highlights');
  const pages = readHighlights(highlights, 'highlights', 'groups', (group, path) => ({
    cells: checkCells(own(group, 'cells'), `${path}.cells`, nCells),
    extra: object(own(group, 'extra'), `${path}.extra`)
  }));
  return {
    fields: readKeptFields(own(kept, 'fields'), dataset),
    views: readViews(own(kept, 'views'), 'views'),
    activeViewId: text(own(kept, 'activeViewId'), 'activeViewId'),
    layout: readLayout(own(kept, 'layout'), 'layout'),
    windows: readWindows(own(kept, 'windows'), 'windows'),
    highlights: {
      ...pages,
      nextPage: integer(own(highlights, 'nextPage'), 'highlights.nextPage', pages.nextPage),
      nextGroup: integer(own(highlights, 'nextGroup'), 'highlights.nextGroup', pages.nextGroup)
    },
    candidate: readCandidate(own(kept, 'candidate'), 'candidate', nCells),
    panels: readPanels(own(kept, 'panels'), 'panels'),
    carried: list(own(kept, 'carried'), 'carried', readPart),
    commands: list(own(kept, 'commands'), 'commands', object)
  };
}

function readCandidate(value: unknown, path: string, nCells: number): Candidate {
  const candidate = object(value, path);
  const at = (key: keyof Candidate): [unknown, string] => [own(candidate, key), `${path}.${key}`];
  return {
    cells: optional(...at('cells'), (v, p) => checkCells(v, p, nCells)),
    steps: readSteps(...at('steps')),
    pageId: optional(...at('pageId'), (v, p) => text(v, p)),
    groupId: optional(...at('groupId'), (v, p) => text(v, p)),
    over: optional(...at('over'), (v, p) => readCandidate(v, p, nCells))
  };
}

function readPart(value: unknown, path: string): StoredPart {
  const part = object(value, path);
  const stored = own(part, 'stored');
  if (!(stored instanceof Uint8Array)) {
    throw new CheckError(`${path}.stored`, 'bytes');
  }
  return {
    id: text(own(part, 'id'), `${path}.id`),
    described: object(own(part, 'described'), `${path}.described`),
    stored: new Uint8Array(stored)
  };
}
