/** Commands on the floating analysis windows, and their reader. */
import { list, number, object, oneOf, optional, own, text as string } from '../base/check';
import { text } from '../text';
import type { App } from './app';
import { readField } from './filter-json';
import type { AnalysisWindow, FieldRef, Rect } from './types';

export const WINDOW_KINDS: readonly AnalysisWindow['kind'][] = [
  'composition',
  'distribution',
  'scatter'
];

const MAX_WINDOWS = 50;
const MAX_PAGES = 1000;
const MAX_NAME = 1000;
const LEAST_SIDE = 160;
/** Where the first window opens, and how far the next ones are from it, until they begin anew. */
const FIRST = 24;
const STEP = 32;
const AROUND = 6;

/** Open a window on what the active view shows, as far as it fits. */
export function openWindow(app: App, kind: AnalysisWindow['kind']): void {
  const { field } = app.activeView.peek();
  const wanted = kind === 'composition' ? 'categorical' : 'continuous';
  const shown = field !== null && app.fields.peek().kindOf(field) === wanted ? field : null;
  const first = app.fields.peek().list.find(({ kind: is }) => is === 'categorical')?.ref ?? null;
  const fields = {
    composition: [shown ?? first],
    distribution: [shown],
    scatter: [shown, null]
  }[kind];
  const size = { width: 380, height: kind === 'scatter' ? 400 : 300 };
  const away = FIRST + STEP * (app.windows.peek().length % AROUND);
  add(app, { kind, fields, pages: null, place: { left: away, top: away, ...size } });
}

/** Open another one with the same settings. */
export function duplicateWindow(app: App, id: string): void {
  const window = found(app, id);
  if (window !== undefined) {
    const { left, top } = window.place;
    add(app, { ...window, place: { ...window.place, left: left + STEP, top: top + STEP } });
  }
}

export function closeWindow(app: App, id: string): void {
  change(app, text.closeWindow, windows => windows.filter(window => window.id !== id));
}

/** Move or resize it; in a row, one step of undo. */
export function placeWindow(app: App, id: string, place: Rect): void {
  const width = Math.max(place.width, LEAST_SIDE);
  const height = Math.max(place.height, LEAST_SIDE);
  const { left, top } = place;
  edit(app, text.moveWindow, id, { place: { left, top, width, height } }, `place ${id}`);
}

/** Put it over the others, which are drawn in their order. */
export function raiseWindow(app: App, id: string): void {
  const top = found(app, id);
  if (top !== undefined && app.windows.peek().at(-1) !== top) {
    app.changes.change(
      text.raiseWindow,
      () => app.slots.windows.set([...app.windows.peek().filter(one => one !== top), top]),
      { record: false }
    );
  }
}

/** Choose what is on one of its axes. */
export function setWindowField(app: App, id: string, axis: number, ref: FieldRef | null): void {
  const fields = found(app, id)?.fields.map((field, i) => (i === axis ? ref : field));
  if (fields !== undefined) {
    edit(app, text.windowField, id, { fields });
  }
}

/** Choose the pages that it compares; null for all. */
export function setWindowPages(app: App, id: string, pages: readonly string[] | null): void {
  edit(app, text.windowPages, id, { pages });
}

/** Windows out of a stranger's JSON. */
export function readWindows(value: unknown, path: string): AnalysisWindow[] {
  const windows = list(value, path, readWindow, MAX_WINDOWS);
  return [...new Map(windows.map(window => [window.id, window])).values()];
}

function readWindow(value: unknown, path: string): AnalysisWindow {
  const window = object(value, path);
  const at = (key: string): [unknown, string] => [own(window, key), `${path}.${key}`];
  const kind = oneOf(...at('kind'), WINDOW_KINDS);
  const axes = kind === 'scatter' ? 2 : 1;
  const fields = list(...at('fields'), (v, p) => optional(v, p, readField), axes);
  const place = object(...at('place'));
  const side = (key: keyof Rect): number => number(own(place, key), `${path}.place.${key}`);
  return {
    id: string(...at('id'), MAX_NAME),
    kind,
    fields: Array.from({ length: axes }, (_, i) => fields[i] ?? null),
    pages: optional(...at('pages'), (v, p) => list(v, p, (id, q) => string(id, q, MAX_NAME), MAX_PAGES)),
    place: {
      left: side('left'),
      top: side('top'),
      width: Math.max(side('width'), LEAST_SIDE),
      height: Math.max(side('height'), LEAST_SIDE)
    }
  };
}

function found(app: App, id: string): AnalysisWindow | undefined {
  return app.windows.peek().find(window => window.id === id);
}

function add(app: App, window: Omit<AnalysisWindow, 'id'>): void {
  change(app, text.openWindow, windows => {
    const numbers = windows.map(({ id }) => Number(/^window_(\d{1,9})$/.exec(id)?.[1] ?? 0));
    const { kind, fields, pages, place } = window;
    // The keys stand in one order, so that the same state is the same bytes.
    const id = `window_${Math.max(0, ...numbers) + 1}`;
    return [...windows, { id, kind, fields, pages, place }];
  });
}

function edit(
  app: App,
  label: string,
  id: string,
  parts: Partial<AnalysisWindow>,
  key?: string
): void {
  change(
    app,
    label,
    windows =>
      windows.map(window =>
        window.id === id && !has(window, parts) ? { ...window, ...parts } : window
      ),
    key
  );
}

function has(window: AnalysisWindow, parts: Partial<AnalysisWindow>): boolean {
  const now = Object.fromEntries(
    Object.keys(parts).map(key => [key, window[key as keyof AnalysisWindow]])
  );
  return JSON.stringify(now) === JSON.stringify(parts);
}

function change(
  app: App,
  label: string,
  next: (windows: readonly AnalysisWindow[]) => readonly AnalysisWindow[],
  key?: string
): void {
  app.changes.change(
    label,
    () => {
      const before = app.windows.peek();
      const after = next(before);
      if (after.length !== before.length || after.some((window, i) => window !== before[i])) {
        app.slots.windows.set(after);
      }
    },
    key === undefined ? {} : { key }
  );
}
