/** What a filter does, in words. */
import { setOf } from '../../base/memo';
import { fieldId } from '../../data/field';
import type { App } from '../../state/app';
import { missingIn } from '../../state/counted';
import type { FieldRef, Filter } from '../../state/types';
import { text } from '../../text';

type Of<K extends Filter['kind']> = Extract<Filter, { kind: K }>;

/** What it is by: the name of a field, for most. */
export function nameOf(app: App, filter: Filter): string {
  if (filter.kind === 'cells') {
    return text.filterFromPython;
  }
  const name = app.fields.value.nameOf(filter.field);
  return filter.kind === 'outlier' ? text.outliersOf(name) : name;
}

/** Why it can't be turned on: what it is by is not there, or put away. */
export function lostWords(app: App, field: FieldRef): string {
  const isDeleted = app.fields.value.deleted.some(({ ref }) => fieldId(ref) === fieldId(field));
  return isDeleted ? text.filterDeleted : text.filterLost;
}

/** What it lets through, or keeps out, whichever is shorter to tell. */
export function wordsOf(app: App, filter: Filter): string {
  switch (filter.kind) {
    case 'cells':
      return text.filterCells(filter.hidden.length);
    case 'range':
      return rangeWords(app, filter);
    case 'outlier':
      return text.filterNearest(filter.threshold);
    case 'category':
      return categoryWords(app, filter);
  }
}

function rangeWords(app: App, { field, min, max, missing }: Of<'range'>): string {
  const column = app.columns.ready(field);
  if (column?.kind !== 'continuous') {
    return text.filterRange(min, max);
  }
  if (missing && min === column.min && max === column.max) {
    return text.filterNoMissing;
  }
  const words = text.filterRange(min, max);
  return missing || missingIn(column) === 0 ? words : text.filterAndMissing(words);
}

function categoryWords(app: App, { field, hidden, missing }: Of<'category'>): string {
  const column = app.columns.ready(field);
  if (column?.kind !== 'categorical') {
    return text.filterWithout(hidden);
  }
  const gone = setOf(hidden);
  const names = (of: (name: string) => boolean): string[] =>
    column.labels.filter((_, i) => of(column.categories[i]!));
  const shown = names(name => !gone.has(name));
  const some = missingIn(column) > 0;
  if (shown.length === 0) {
    return some && !missing ? text.filterOnlyMissing : text.filterNone;
  }
  if (shown.length < gone.size) {
    const words = text.filterOnly(shown);
    return some && !missing ? text.filterAndMissing(words) : words;
  }
  if (gone.size === 0) {
    return text.filterNoMissing;
  }
  const words = text.filterWithout(names(name => gone.has(name)));
  return some && missing ? text.filterNorMissing(words) : words;
}
