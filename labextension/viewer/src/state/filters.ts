/** Commands on the filters of the active view. */
import type { App } from './app';
import type { FieldRef, Filter } from './types';
import { edit } from './views';

/** Show or hide one category. */
export function toggleCategory(app: App, field: FieldRef, category: string, visible: boolean): void {
  const hidden = hiddenCategories(app, field).filter(name => name !== category);
  hide(app, field, visible ? hidden : [...hidden, category]);
}

export function showAllCategories(app: App, field: FieldRef): void {
  hide(app, field, []);
}

/** Hide all categories of a field that is loaded. */
export function hideAllCategories(app: App, field: FieldRef): void {
  const column = app.column.peek();
  if (column?.state === 'ready' && column.value.kind === 'categorical') {
    hide(app, field, column.value.categories);
  }
}

/** Categories that the active view hides. */
export function hiddenCategories(app: App, field: FieldRef): readonly string[] {
  const filter = app.activeView.peek().filters.find(isFilterOf(field));
  return filter?.kind === 'category' && filter.enabled ? filter.hidden : [];
}

export function isFilterOf(field: FieldRef): (filter: Filter) => boolean {
  return filter =>
    filter.kind === 'category' &&
    filter.field.source === field.source &&
    filter.field.key === field.key;
}

function hide(app: App, field: FieldRef, hidden: readonly string[]): void {
  const now = hiddenCategories(app, field);
  if (hidden.length === now.length && hidden.every(name => now.includes(name))) {
    return;
  }
  edit(app, `filter ${field.key}`, view => {
    const others = view.filters.filter(filter => !isFilterOf(field)(filter));
    const mine: Filter = { kind: 'category', field, hidden, enabled: true };
    return { filters: hidden.length === 0 ? others : [...others, mine] };
  });
}
