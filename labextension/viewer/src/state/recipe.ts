/** What is told of a selection: how it can be repeated, and what the group that it becomes is. */
import { text } from '../text';
import type { App } from './app';
import { readField, writeFilter } from './filter-json';
import type { FieldRef, Group, GroupType, RecipeStep } from './types';

/** What kind of group it is, and the keys that sessions have for a category or a range. */
export interface Kind {
  readonly type: string;
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

/** What a group is called that nobody named: after its category, else after what made it. */
export function labelOf(
  app: App,
  steps: readonly RecipeStep[],
  type: string,
  n: number
): string {
  const [first] = steps;
  // What is joined to cells that no step tells of is not all there is.
  const isWhole = first?.operation === 'replace' || type !== 'combined';
  if (first === undefined || !isWhole || steps.some(({ tool }) => tool !== first.tool)) {
    return text.automaticLabel(type, n);
  }
  const name = steps.length === 1 ? categoryIn(app, first) : null;
  if (name !== null) {
    return text.categoryLabel(name, n);
  }
  const { tool } = first;
  return text.automaticLabel(type !== 'range' && text.madeBy(tool) ? tool : type, n);
}

/** The category that a step took, as it is shown. */
function categoryIn(app: App, step: RecipeStep): string | null {
  const { category } = step.detail;
  if (typeof category !== 'string' || !['annotation', 'composition'].includes(step.tool)) {
    return null;
  }
  const ref = fieldIn(step.detail);
  const column = ref && app.columns.ready(ref);
  const at = column?.kind === 'categorical' ? column.categories.indexOf(category) : -1;
  return column?.kind === 'categorical' ? (column.labels[at] ?? category) : category;
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
