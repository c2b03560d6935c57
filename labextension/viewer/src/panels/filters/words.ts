/** What a filter does, in words. */
import { setOf } from '../../base/memo';
import type { App } from '../../state/app';
import type { Filter } from '../../state/types';
import { text } from '../../text';

/** What it is by: the name of a field, for most. */
export function nameOf(app: App, filter: Filter): string {
  if (filter.kind === 'cells') {
    return text.filterFromPython;
  }
  const name = app.fields.value.nameOf(filter.field);
  return filter.kind === 'outlier' ? text.outliersOf(name) : name;
}

/** What it lets through, or keeps out, whichever is shorter to tell. */
export function wordsOf(app: App, filter: Filter): string {
  switch (filter.kind) {
    case 'cells':
      return text.filterCells(filter.hidden.length);
    case 'range':
      return text.filterRange(filter.min, filter.max);
    case 'outlier':
      return text.filterNearest(filter.threshold);
    case 'category': {
      const { hidden } = filter;
      const column = app.columns.ready(filter.field);
      if (column?.kind !== 'categorical') {
        return text.filterWithout(hidden);
      }
      const gone = setOf(hidden);
      const names = (of: (name: string) => boolean): string[] =>
        column.labels.filter((_, i) => of(column.categories[i]!));
      const shown = names(name => !gone.has(name));
      if (shown.length === 0) {
        return text.filterNone;
      }
      return shown.length < gone.size
        ? text.filterOnly(shown)
        : text.filterWithout(names(name => gone.has(name)));
    }
  }
}
