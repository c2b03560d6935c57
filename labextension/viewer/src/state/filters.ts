/** Commands on the filters of the active view. */
import { setOf } from '../base/memo';
import { difference, EMPTY, union } from '../cells/cellset';
import { fieldId } from '../data/field';
import { text } from '../text';
import type { App } from './app';
import { say } from './messages';
import type { FieldRef, Filter, View } from './types';
import { edit } from './views';

type Of<K extends Filter['kind']> = Extract<Filter, { kind: K }>;

/** Hide cells in all views, or show those that were hidden so; null stands for all cells. */
export function setVisibility(app: App, cells: Uint32Array | null, visible: boolean): void {
  const all = (): Uint32Array => Uint32Array.from({ length: app.dataset.nCells }, (_, i) => i);
  const others = (view: View): Filter[] => view.filters.filter(({ kind }) => kind !== 'cells');
  const hiddenBy = (view: View): Uint32Array => {
    const now = hiddenCells(view);
    if (cells === null) {
      return visible ? EMPTY : all();
    }
    return visible ? difference(now, cells) : union(now, cells);
  };
  app.changes.change(
    visible ? text.shownByPython : text.hiddenByPython,
    () =>
      app.slots.views.set(
        app.views.peek().map(view => {
          const hidden = hiddenBy(view);
          const mine: Filter = { kind: 'cells', hidden, enabled: true };
          return { ...view, filters: hidden.length === 0 ? others(view) : [...others(view), mine] };
        })
      ),
    { origin: 'python' }
  );
}

/** Show what Python hid, as a person asks for it. */
export function showHiddenCells(app: App): void {
  edit(app, text.showHidden, view => ({
    filters: view.filters.filter(({ kind }) => kind !== 'cells')
  }));
}

/** Cells that Python hid in a view. */
export function hiddenCells(view: View): Uint32Array {
  const filter = view.filters.find(({ kind }) => kind === 'cells');
  return filter?.kind === 'cells' && filter.enabled ? filter.hidden : EMPTY;
}

/** Show or hide one category. */
export function toggleCategory(app: App, field: FieldRef, category: string, visible: boolean): void {
  (visible ? showCategories : hideCategories)(app, field, [category]);
}

/** Show some categories of a field, besides those that are shown. */
export function showCategories(app: App, field: FieldRef, categories: readonly string[]): void {
  const shown = new Set(categories);
  setHidden(
    app,
    field,
    hiddenCategories(app, field).filter(name => !shown.has(name))
  );
}

/** Hide some categories of a field, besides those that are hidden. */
export function hideCategories(app: App, field: FieldRef, categories: readonly string[]): void {
  const now = hiddenCategories(app, field);
  setHidden(app, field, [...now, ...categories.filter(name => !setOf(now).has(name))]);
}

/** Hide all categories of a field that is loaded but one. */
export function showOnlyCategory(app: App, field: FieldRef, category: string): void {
  const column = app.columns.ready(field);
  if (column?.kind === 'categorical') {
    setHidden(
      app,
      field,
      column.categories.filter(name => name !== category)
    );
  }
}

/** Categories that the active view hides. */
export function hiddenCategories(app: App, field: FieldRef): readonly string[] {
  const filter = filterOf(app.activeView.peek(), 'category', field);
  return filter?.enabled ? filter.hidden : [];
}

/**
 * Show only values between two, both included, of a field that is loaded. All that there
 * are: then nothing is filtered, and missing values are shown too.
 *
 * @param drag - changes of one drag of a slider have the same, and are one step of undo
 */
export function setRange(
  app: App,
  field: FieldRef,
  from: number,
  to: number,
  drag?: string
): void {
  const column = app.columns.ready(field);
  if (column?.kind !== 'continuous') {
    return;
  }
  const within = (value: number): number => Math.min(column.max, Math.max(column.min, value));
  const [min, max] = [within(from), within(to)];
  if (!(min <= max)) {
    say(app, 'error', text.noSuchRange(from, to));
    return;
  }
  const known = filterOf(app.activeView.peek(), 'range', field);
  if (known?.enabled && known.min === min && known.max === max) {
    return;
  }
  const all = min === column.min && max === column.max;
  const filter: Of<'range'> = { kind: 'range', field, min, max, enabled: true };
  put(app, filter, all, text.filterBy(app.fields.peek().nameOf(field)), drag);
}

/**
 * Hide cells that are farther from the middle of their category than a share of its cells.
 *
 * @param threshold - from 0 to 1, which hides none
 * @param drag - as for `setRange`
 */
export function setOutlierThreshold(
  app: App,
  field: FieldRef,
  threshold: number,
  drag?: string
): void {
  const known = filterOf(app.activeView.peek(), 'outlier', field);
  if (known?.enabled && known.threshold === threshold) {
    return;
  }
  const filter: Of<'outlier'> = { kind: 'outlier', field, threshold, enabled: true };
  put(app, filter, threshold >= 1, text.filterOutliers(app.fields.peek().nameOf(field)), drag);
}

/** Turn a filter off, without forgetting what it is, or on again. */
export function setFilterEnabled(app: App, filter: Filter, enabled: boolean): void {
  if (enabled && filter.kind !== 'cells' && !app.fields.peek().has(filter.field)) {
    say(app, 'error', text.noSuchField(app.fields.peek().nameOf(filter.field)));
    return;
  }
  edit(app, enabled ? text.filterOn : text.filterOff, view => ({
    filters: view.filters.map(one => (one === filter ? { ...filter, enabled } : one))
  }));
}

export function removeFilter(app: App, filter: Filter): void {
  edit(app, text.filterGone, view => ({ filters: view.filters.filter(one => one !== filter) }));
}

export function removeAllFilters(app: App): void {
  edit(app, text.filtersGone, view => ({ filters: view.filters.length === 0 ? view.filters : [] }));
}

/** Turn off, without forgetting them, the filters of the active view that hide any of some cells. */
export function disableFiltersThatHide(app: App, cells: Uint32Array): void {
  const { passing } = app.data(app.activeView.peek().id);
  const hides = (filter: Filter): boolean => {
    const mask = passing.peek().mask(filter);
    return mask !== null && cells.some(cell => mask[cell] === 0);
  };
  edit(app, text.filtersOff, view => ({
    filters: view.filters.some(hides)
      ? view.filters.map(filter => (hides(filter) ? { ...filter, enabled: false } : filter))
      : view.filters
  }));
}

/** The filter of a kind by a field; a view has one at most. */
export function filterOf<K extends 'category' | 'range' | 'outlier'>(
  view: View,
  kind: K,
  field: FieldRef
): Of<K> | undefined {
  const mine = isFilterOf(field);
  return view.filters.find((filter): filter is Of<K> => filter.kind === kind && mine(filter));
}

/** Whether a filter is by a field, of whatever kind it is. */
export function isFilterOf(field: FieldRef): (filter: Filter) => boolean {
  const id = fieldId(field);
  return filter => filter.kind !== 'cells' && fieldId(filter.field) === id;
}

function setHidden(app: App, field: FieldRef, hidden: readonly string[]): void {
  const now = hiddenCategories(app, field);
  if (hidden.length === now.length && hidden.every(name => setOf(now).has(name))) {
    return;
  }
  const filter: Of<'category'> = { kind: 'category', field, hidden, enabled: true };
  put(app, filter, hidden.length === 0, text.filterBy(app.fields.peek().nameOf(field)));
}

/** Put a filter in the place of that of its kind by its field; where it hides nothing, have none. */
function put(
  app: App,
  filter: Of<'category' | 'range' | 'outlier'>,
  hidesNone: boolean,
  label: string,
  drag?: string
): void {
  const known = filterOf(app.activeView.peek(), filter.kind, filter.field);
  if (known === undefined && hidesNone) {
    return;
  }
  edit(
    app,
    label,
    ({ filters }) => ({
      filters: hidesNone
        ? filters.filter(one => one !== known)
        : known === undefined
          ? [...filters, filter]
          : filters.map(one => (one === known ? filter : one))
    }),
    drag === undefined ? {} : { key: `${filter.kind}:${fieldId(filter.field)}:${drag}` }
  );
}
