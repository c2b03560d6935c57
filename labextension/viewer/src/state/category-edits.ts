/** Commands on the categories of a field: rename and recolour; merge and delete in `regrouping.ts`. */
import type { CategoricalColumn } from '../data/dataset';
import { fieldId } from '../data/field';
import { text } from '../text';
import type { App } from './app';
import { mustWait } from './awaited';
import { changed, editFields, withMade } from './field-edits';
import { badName } from './field-names';
import { say } from './messages';
import { parseColor } from './palette';
import type { FieldRef, Filter, MadeCategories, View } from './types';

const { fieldEdits } = text;

/** Call a category by another name, which no other of its field has. */
export function renameCategory(app: App, ref: FieldRef, category: string, name: string): void {
  const column = categoriesOf(app, ref);
  const at = column?.categories.indexOf(category) ?? -1;
  if (column === null || at === -1) {
    return;
  }
  const now = column.labels[at] ?? category;
  const own = ref.source !== 'user' && name === category;
  const wanted = own ? name : name.trim();
  if (wanted === now) {
    return;
  }
  const problem =
    (own ? null : badName(wanted)) ??
    (column.labels.includes(wanted) ? fieldEdits.takenCategory(wanted) : null);
  if (problem !== null) {
    say(app, 'error', problem);
    return;
  }
  const label = fieldEdits.renamed(now, wanted);
  const made = madeCategories(app, ref);
  if (made === null) {
    editFields(app, label, ({ categories }) => ({
      categories: changedIn(categories, ref, category, own ? null : wanted)
    }));
    return;
  }
  app.changes.change(label, () => {
    const categories = made.categories.map(one => (one === category ? wanted : one));
    editFields(app, label, edits => withMade(edits, ref, { made: { ...made, categories } }));
    renameInFilters(app, ref, new Map([[category, wanted]]));
  });
}

/** Give a category a colour; null for that of the data, or of the palette. */
export function setCategoryColor(
  app: App,
  ref: FieldRef,
  category: string,
  color: string | null
): void {
  if (color !== null && parseColor(color) === null) {
    say(app, 'error', fieldEdits.badColor(color));
    return;
  }
  const made = madeCategories(app, ref);
  const now = app.slots.fields.signal.peek().colors.get(fieldId(ref))?.get(category) ?? null;
  const at = made?.categories.indexOf(category) ?? -1;
  if (made === null ? now === color : at === -1 || made.colors[at] === color) {
    return;
  }
  editFields(
    app,
    fieldEdits.colored(category),
    edits =>
      made === null
        ? { colors: changedIn(edits.colors, ref, category, color) }
        : withMade(edits, ref, {
            made: { ...made, colors: made.colors.map((own, i) => (i === at ? color : own)) }
          }),
    { key: `color ${fieldId(ref)} ${category}` }
  );
}

/** The column of a field of categories that is loaded; where it is none, a person hears why. */
export function categoriesOf(app: App, ref: FieldRef): CategoricalColumn | null {
  const fields = app.fields.peek();
  const column = fields.kindOf(ref) === 'categorical' ? app.columns.ready(ref) : null;
  if (column?.kind === 'categorical') {
    return column;
  }
  const made = madeCategories(app, ref);
  if (made !== null && mustWait(app, [made.codes])) {
    return null;
  }
  const name = fields.nameOf(ref);
  say(app, 'error', fields.has(ref) ? fieldEdits.notLoaded(name) : fieldEdits.notThere(name));
  return null;
}

/** What a made field of categories is; null of any other. */
export function madeCategories(app: App, ref: FieldRef): MadeCategories | null {
  const made = app.fields.peek().made(ref)?.made;
  return made?.kind === 'category' ? made : null;
}

export type CategoryFilter = Extract<Filter, { kind: 'category' }>;

/** Replace the filters by the categories of a field, in all views; null takes one out. */
export function editFilters(
  app: App,
  ref: FieldRef,
  replace: (filter: CategoryFilter) => Filter | null
): void {
  const isMine = (filter: Filter): filter is CategoryFilter =>
    filter.kind === 'category' && fieldId(filter.field) === fieldId(ref);
  const edited = (view: View): View => ({
    ...view,
    filters: view.filters.flatMap(filter => (isMine(filter) ? (replace(filter) ?? []) : [filter]))
  });
  app.slots.views.set(
    app.views.peek().map(view => (view.filters.some(isMine) ? edited(view) : view))
  );
}

function renameInFilters(app: App, ref: FieldRef, names: ReadonlyMap<string, string>): void {
  editFilters(app, ref, filter => ({
    ...filter,
    hidden: filter.hidden.map(name => names.get(name) ?? name)
  }));
}

function changedIn<V>(
  map: ReadonlyMap<string, ReadonlyMap<string, V>>,
  ref: FieldRef,
  key: string,
  value: V | null
): ReadonlyMap<string, ReadonlyMap<string, V>> {
  const id = fieldId(ref);
  const inner = changed(map.get(id) ?? new Map<string, V>(), key, value);
  return changed(map, id, inner.size > 0 ? inner : null);
}
