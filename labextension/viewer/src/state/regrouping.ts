/**
 * Merging and deleting categories: both make a field of their own and hide the one they came from,
 * whose cells never change. What was made so is edited again, so that fields do not pile up.
 */
import { MOST_CATEGORIES, regroup } from '../cells/regroup';
import { fieldId } from '../data/field';
import { text } from '../text';
import type { App } from './app';
import { categoriesOf, editFilters, type CategoryFilter } from './category-edits';
import { categoryColors } from './derive';
import { addField, hideField, withMade } from './field-edits';
import { badName, derivedName, MAX_NAME } from './field-names';
import { say } from './messages';
import type { Rgb } from './palette';
import { settled } from './settle';
import type { FieldRef, Filter, MadeCategories, MadeField, View } from './types';

const { fieldEdits } = text;

/** What the cells of a deleted category are called. */
export const UNASSIGNED = 'unassigned';
const UNASSIGNED_COLOR = '#8a8f98';

/** What merged categories are called where nobody says. */
export function mergedName(labels: readonly string[]): string {
  const name = labels.join(' + ');
  return name.length <= MAX_NAME ? name : `${name.slice(0, MAX_NAME - 1)}…`;
}

/** Make one category of several, told by their own names; `name` is what it is called. */
export function mergeCategories(
  app: App,
  ref: FieldRef,
  categories: readonly string[],
  name: string | null = null
): void {
  const column = categoriesOf(app, ref);
  if (column === null) {
    return;
  }
  const chosen = new Set(categories.filter(one => column.categories.includes(one)));
  const kept = column.labels.filter((_, i) => !chosen.has(column.categories[i]!));
  const labels = column.labels.filter((_, i) => chosen.has(column.categories[i]!));
  const into = (name ?? mergedName(labels)).trim();
  const problem =
    chosen.size < 2
      ? fieldEdits.fewCategories
      : (badName(into) ?? (kept.includes(into) ? fieldEdits.takenMerged(into) : null));
  if (problem !== null) {
    say(app, 'error', problem);
    return;
  }
  const label = fieldEdits.merged(labels);
  regroupInto(app, ref, { chosen, into, color: null, label, operation: 'merge' });
}

/** Give up categories, told by their own names: their cells become `unassigned`. */
export function deleteCategories(app: App, ref: FieldRef, categories: readonly string[]): void {
  const column = categoriesOf(app, ref);
  const chosen = new Set(categories.filter(one => column?.categories.includes(one)));
  if (column === null || chosen.size === 0) {
    return;
  }
  const labels = column.labels.filter((_, i) => chosen.has(column.categories[i]!));
  regroupInto(app, ref, {
    chosen,
    into: UNASSIGNED,
    color: UNASSIGNED_COLOR,
    label: fieldEdits.deletedCategories(labels),
    operation: 'delete'
  });
}

interface Regrouping {
  /** Own names of the categories that become one. */
  readonly chosen: ReadonlySet<string>;
  /** What that is called; one that is called so already is joined. */
  readonly into: string;
  /** Its colour; null for that of the first of them. */
  readonly color: string | null;
  readonly label: string;
  readonly operation: string;
}

function regroupInto(app: App, ref: FieldRef, how: Regrouping): void {
  const column = categoriesOf(app, ref);
  if (column === null) {
    return;
  }
  const { chosen, into, color, label, operation } = how;
  const becomes = column.categories.map((own, i) => (chosen.has(own) ? into : column.labels[i]!));
  const places = new Map<string, number>();
  const firsts: number[] = [];
  becomes.forEach((name, i) => {
    if (!places.has(name)) {
      places.set(name, places.size);
      firsts.push(i);
    }
  });
  if (places.size > MOST_CATEGORIES) {
    say(app, 'error', fieldEdits.manyCategories(places.size, MOST_CATEGORIES));
    return;
  }
  // As they were shown: the palette would give other places other colours.
  const shown = categoryColors(column);
  const isNew = !column.labels.includes(into);
  const made: MadeCategories = {
    kind: 'category',
    categories: [...places.keys()],
    colors: firsts.map(i => (color !== null && isNew && becomes[i] === into ? color : hex(shown[i]!))),
    codes: regroup(column.codes, becomes.map(name => places.get(name)!), places.size),
    of: ref
  };
  const names = new Map(column.categories.map((own, i) => [own, becomes[i]!]));
  app.changes.change(label, () => put(app, ref, made, { operation, names }));
}

interface Change {
  readonly operation: string;
  /** What each category becomes, by its own name. */
  readonly names: ReadonlyMap<string, string>;
}

/** Put the new categories in the place of the field's, wherever it is looked at; within a change. */
function put(app: App, ref: FieldRef, made: MadeCategories, { operation, names }: Change): void {
  const fields = app.fields.peek();
  const known = fields.made(ref);
  const carried = carry(names);
  if (known !== undefined && isDerived(known)) {
    const edits = app.slots.fields.signal.peek();
    const extra = { ...known.extra, operation };
    app.slots.fields.set({
      ...edits,
      ...withMade(edits, ref, { made: { ...made, of: known.made.of }, extra })
    });
    editFilters(app, ref, filter => carried(app, filter, ref));
    return;
  }
  const name = fields.nameOf(ref);
  const next = addField(app, {
    key: derivedName(fields, name, text.edited),
    source: known?.source ?? (ref.source === 'var' ? 'var' : 'obs'),
    made,
    extra: { operation }
  });
  hideField(app, ref);
  editFilters(app, ref, filter => carried(app, filter, next));
  const follow = (one: FieldRef | null): FieldRef | null => (isSame(one, ref) ? next : one);
  const views = app.views.peek().map((view): View => ({ ...view, field: follow(view.field) }));
  const measured = views.some(view => view.filters.some(one => isOutliersOf(one, ref)));
  app.slots.views.set(settled(views, app.fields.peek()).views);
  app.slots.windows.set(
    app.windows.peek().map(window => ({ ...window, fields: window.fields.map(follow) }))
  );
  const called = app.fields.peek().nameOf(next);
  say(app, 'info', fieldEdits.saidDerived(called, name));
  if (measured) {
    say(app, 'warning', fieldEdits.saidOutliers(called));
  }
}

/**
 * A filter by the new categories in the place of one by the old: hidden is what was hidden with all
 * that it is made of. Null where nothing is left to hide.
 */
function carry(
  names: ReadonlyMap<string, string>
): (app: App, filter: CategoryFilter, ref: FieldRef) => Filter | null {
  return (app, filter, ref) => {
    const was = new Set(filter.hidden);
    const shown = new Set([...names].filter(([own]) => !was.has(own)).map(([, name]) => name));
    const would = new Set([...names].filter(([own]) => was.has(own)).map(([, name]) => name));
    const hidden = [...would].filter(name => !shown.has(name));
    const seen = [...would].find(name => shown.has(name));
    if (seen !== undefined && filter.enabled) {
      say(app, 'info', fieldEdits.saidShown(seen));
    }
    return hidden.length > 0 || filter.missing ? { ...filter, field: ref, hidden } : null;
  };
}

/** Whether a field was made by merging or deleting categories of another. */
function isDerived(field: MadeField): field is MadeField & { readonly made: MadeCategories } {
  return field.made.kind === 'category' && field.made.of !== null;
}

function isOutliersOf(filter: Filter, ref: FieldRef): boolean {
  return filter.kind === 'outlier' && filter.enabled && isSame(filter.field, ref);
}

function isSame(one: FieldRef | null, other: FieldRef): boolean {
  return one !== null && fieldId(one) === fieldId(other);
}

function hex(color: Rgb): string {
  return `#${color.map(part => part.toString(16).padStart(2, '0')).join('')}`;
}
