/** Commands on the filters of the active view. */
import { perObject, setOf } from '../base/memo';
import { allCells, difference, EMPTY, union } from '../cells/cellset';
import type { ContinuousColumn } from '../data/dataset';
import { fieldId } from '../data/field';
import { text } from '../text';
import type { App } from './app';
import { missingIn } from './counted';
import { say } from './messages';
import type { FieldRef, Filter, View } from './types';
import { edit } from './views';

type Of<K extends Filter['kind']> = Extract<Filter, { kind: K }>;

/** Hide cells in all views, or show those that were hidden so; null stands for all cells. */
export function setVisibility(app: App, cells: Uint32Array | null, visible: boolean): void {
  const all = cells === null && !visible ? allCells(app.dataset.nCells) : EMPTY;
  // One array for all views that hide the same: it may be as long as there are cells.
  const after = perObject((now: Uint32Array) => {
    if (cells === null) {
      return all;
    }
    return visible ? difference(now, cells) : union(now, cells);
  });
  const edited = (view: View): View => {
    const [now, hidden] = [hiddenCells(view), after(hiddenCells(view))];
    if (hidden.length === now.length) {
      return view;
    }
    const others = view.filters.filter(({ kind }) => kind !== 'cells');
    const mine: Filter = { kind: 'cells', hidden, enabled: true };
    return { ...view, filters: hidden.length === 0 ? others : [...others, mine] };
  };
  const views = app.views.peek();
  const next = views.map(edited);
  if (next.some((view, i) => view !== views[i])) {
    const label = visible ? text.shownByPython : text.hiddenByPython;
    app.changes.change(label, () => app.slots.views.set(next), { origin: 'python' });
  }
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

/** A category; null stands for the cells without one. */
type Category = string | null;

/** Show or hide one category. */
export function toggleCategory(
  app: App,
  field: FieldRef,
  category: Category,
  visible: boolean
): void {
  (visible ? showCategories : hideCategories)(app, field, [category]);
}

/** Show some categories of a field, besides those that are shown. */
export function showCategories(app: App, field: FieldRef, categories: readonly Category[]): void {
  const filter = filterOf(app.activeView.peek(), 'category', field);
  // While it is off all are shown, and it stays what it was.
  if (filter?.enabled) {
    const shown = new Set(categories);
    const hidden = filter.hidden.filter(name => !shown.has(name));
    setHidden(app, field, hidden, filter.missing && !shown.has(null));
  }
}

/** Hide some categories of a field, besides those that its filter hides, be it on or off. */
export function hideCategories(app: App, field: FieldRef, categories: readonly Category[]): void {
  const filter = filterOf(app.activeView.peek(), 'category', field);
  const now = filter?.hidden ?? [];
  const more = categories.filter(name => name !== null && !setOf(now).has(name)) as string[];
  setHidden(app, field, [...now, ...more], filter?.missing === true || categories.includes(null));
}

/** Hide all categories of a field that is loaded but one. */
export function showOnlyCategory(app: App, field: FieldRef, category: Category): void {
  const column = app.columns.ready(field);
  if (column?.kind === 'categorical') {
    const others = column.categories.filter(name => name !== category);
    setHidden(app, field, others, category !== null);
  }
}

/** Show or hide the cells without a category, or without a finite value, of a field that is loaded. */
export function toggleMissing(app: App, field: FieldRef, visible: boolean): void {
  const column = app.columns.ready(field);
  if (column?.kind === 'categorical') {
    toggleCategory(app, field, null, visible);
  } else if (column?.kind === 'continuous') {
    const known = filterOf(app.activeView.peek(), 'range', field);
    if (!visible || known?.enabled) {
      const { min, max } = known ?? column;
      putRange(app, column, { min, max, missing: !visible });
    }
  }
}

/**
 * Show only values between two, both included, of a field that is loaded. With the first range,
 * cells without a finite value are hidden, too; they stay so until they are asked for.
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
  if (!(from <= to)) {
    say(app, 'error', text.noSuchRange(from, to));
    return;
  }
  if (from > column.max || to < column.min) {
    say(app, 'error', text.noValueThere(from, to, column.min, column.max));
    return;
  }
  const [min, max] = [Math.max(column.min, from), Math.min(column.max, to)];
  const known = filterOf(app.activeView.peek(), 'range', field);
  const all = min === column.min && max === column.max;
  putRange(app, column, { min, max, missing: known?.missing ?? !all }, drag);
}

/**
 * Move one end of the range of a field that is loaded; the other stays where its filter has it, be
 * it on or off.
 *
 * @param drag - as for `setRange`; a handle that is dragged stops where there is nothing more
 */
export function setRangeEnd(
  app: App,
  field: FieldRef,
  end: 'low' | 'high',
  to: number,
  drag?: string
): void {
  const column = app.columns.ready(field);
  if (column?.kind !== 'continuous') {
    return;
  }
  const { min, max } = filterOf(app.activeView.peek(), 'range', field) ?? column;
  const [from, until] = end === 'low' ? [column.min, max] : [min, column.max];
  const value = drag === undefined ? to : Math.min(until, Math.max(from, to));
  setRange(app, field, end === 'low' ? value : min, end === 'low' ? max : value, drag);
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
  view: Pick<View, 'filters'>,
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

function setHidden(
  app: App,
  field: FieldRef,
  hidden: readonly string[],
  missing: boolean
): void {
  const known = filterOf(app.activeView.peek(), 'category', field);
  const same =
    known?.enabled === true &&
    known.missing === missing &&
    known.hidden.length === hidden.length &&
    hidden.every(name => setOf(known.hidden).has(name));
  if (!same) {
    const column = app.columns.ready(field);
    const hidesMissing = missing && (column === null || missingIn(column) > 0);
    const filter: Of<'category'> = { kind: 'category', field, hidden, missing, enabled: true };
    put(app, filter, hidden.length === 0 && !hidesMissing, filterBy(app, field));
  }
}

function putRange(
  app: App,
  column: ContinuousColumn,
  range: Pick<Of<'range'>, 'min' | 'max' | 'missing'>,
  drag?: string
): void {
  const { ref: field } = column;
  const { min, max, missing } = range;
  const known = filterOf(app.activeView.peek(), 'range', field);
  const same = known?.min === min && known.max === max && known.missing === missing;
  if (!(known?.enabled && same)) {
    const all = min === column.min && max === column.max;
    const hidesNone = all && !(missing && missingIn(column) > 0);
    const filter: Of<'range'> = { kind: 'range', field, ...range, enabled: true };
    put(app, filter, hidesNone, filterBy(app, field), drag);
  }
}

function filterBy(app: App, field: FieldRef): string {
  return text.filterBy(app.fields.peek().nameOf(field));
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
