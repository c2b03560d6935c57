/** What is told of a selection: how it can be repeated, and what the group that it becomes is. */
import type { App } from './app';
import { readField, writeFilter } from './filter-json';
import type { FieldRef, Group, GroupType, RecipeStep } from './types';

/** What kind of group it is, and the keys that sessions have for a category or a range. */
export interface Kind {
  readonly type: GroupType;
  readonly extra: Readonly<Record<string, unknown>>;
}

const TYPES: ReadonlyMap<string, GroupType> = new Map([
  ['lasso', 'lasso'],
  ['proximity', 'proximity'],
  ['knn', 'knn'],
  ['annotation', 'annotation'],
  ['by-name', 'annotation']
]);

/** The filters of a view that hide cells now, as a step of a recipe tells them. */
export function filtersOn(app: App, viewId: string): readonly unknown[] {
  const view = app.views.peek().find(({ id }) => id === viewId);
  return (view?.filters ?? [])
    .filter(filter => filter.enabled)
    .map(filter =>
      // Which cells they are is in the view; a recipe is to be read.
      filter.kind === 'cells' ? { kind: 'cells', count: filter.hidden.length } : writeFilter(filter)
    );
}

/**
 * What the steps make: of the tool's type, or `combined` where there were several.
 *
 * @param was - the group they begin with, if they do
 */
export function kindOf(app: App, steps: readonly RecipeStep[], was?: Group): Kind {
  const [first] = steps;
  if (first === undefined) {
    return { type: was?.type ?? 'combined', extra: {} };
  }
  // How the cells of a group without a recipe came together, nobody knows.
  const unknown = was?.recipe.length === 0 && first.operation !== 'replace';
  if (unknown || steps.some(({ tool }) => tool !== first.tool)) {
    return { type: 'combined', extra: {} };
  }
  const alone = steps.length === 1 ? annotated(app, first) : null;
  return alone ?? { type: TYPES.get(first.tool) ?? 'combined', extra: {} };
}

/** A group that is a whole category, or a range of one field; null for another, and for a strange step. */
function annotated(app: App, { tool, detail }: RecipeStep): Kind | null {
  const ref = tool === 'annotation' ? fieldIn(detail) : null;
  if (ref === null) {
    return null;
  }
  const made = app.fields.peek().made(ref);
  const field = { fieldKey: made?.key ?? ref.key, fieldSource: made?.source ?? ref.source };
  const { category, min, max } = detail;
  if (typeof category === 'string') {
    return { type: 'category', extra: { ...field, categoryName: category } };
  }
  return typeof min === 'number' && typeof max === 'number'
    ? { type: 'range', extra: { ...field, rangeMin: min, rangeMax: max } }
    : null;
}

function fieldIn({ field }: RecipeStep['detail']): FieldRef | null {
  try {
    return readField(field, 'field');
  } catch {
    // Recipes come with sessions, from anyone.
    return null;
  }
}
