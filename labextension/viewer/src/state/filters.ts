/** Commands on the filters of the active view. */
import { difference, EMPTY, union } from '../cells/cellset';
import type { App } from './app';
import type { FieldRef, Filter, View } from './types';
import { edit } from './views';

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
    visible ? 'show cells from Python' : 'hide cells from Python',
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
  edit(app, 'show cells', view => ({
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
