/** What a session would tell of the data to whoever gets it, counted from the state. */
import { fieldId } from '../data/field';
import type { App } from '../state/app';
import { fieldsOf } from '../state/settle';
import type { Names } from './contributor';

export interface Revealed {
  /** How many cells are told by name, of all. */
  readonly names: number;
  /** How many names of cells stand in how groups were made. */
  readonly typed: number;
  /** Fields and genes that views, filters and windows use. */
  readonly used: number;
  readonly pages: number;
  readonly groups: number;
  /** Fields that were made, and their categories. */
  readonly made: number;
  readonly categories: number;
  /** New names of fields and categories. */
  readonly renamed: number;
  /** Fields of which some category got a colour: all of their categories are told. */
  readonly recoloured: number;
  readonly deleted: number;
  /** Parts of a session that was restored, of a kind this version does not know. */
  readonly unknown: number;
}

/** Count what a session holds that is saved as the state is now. */
export function revealed(app: App, names: Names): Revealed {
  const { pages } = app.highlights.value;
  const groups = pages.flatMap(page => page.groups);
  const edits = app.slots.fields.signal.value;
  const used = [
    ...app.views.value.flatMap(fieldsOf),
    ...app.windows.value.flatMap(({ fields }) => fields.flatMap(field => field ?? []))
  ];
  const typed = groups
    .flatMap(({ recipe }) => recipe)
    .map(({ detail }) => (Array.isArray(detail['names']) ? detail['names'].length : 0));
  return {
    names: names === 'all' ? app.dataset.nCells : 0,
    typed: names === 'none' ? 0 : sum(typed),
    used: new Set(used.map(fieldId)).size,
    pages: pages.length,
    groups: groups.length,
    made: edits.made.length,
    categories: sum(edits.made.map(({ made }) => (made.kind === 'category' ? made.categories.length : 0))),
    renamed: edits.names.size + sum([...edits.categories.values()].map(labels => labels.size)),
    recoloured: edits.colors.size,
    deleted: edits.deleted.size,
    unknown: app.slots.carried.signal.value.length
  };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((a, b) => a + b, 0);
}
