/** Views brought in line with a dataset that may not have all that they refer to. */
import type { ReadonlySignal } from '@preact/signals';

import { parseFieldId } from '../data/field';
import { text } from '../text';
import type { Slot } from './change';
import type { Fields } from './fields';
import { clashes } from './labels';
import { say, type Speaker } from './messages';
import type { FieldRef, Filter, View } from './types';

export interface Settled {
  readonly views: readonly View[];
  /** Names of the fields that are no longer coloured or filtered by. */
  readonly lost: readonly string[];
}

/**
 * Go to the default dimension where one is not there, and to no colour where a field is not; a
 * filter by such a field is kept, but disabled. A view that fits stays the same object.
 */
export function settled(views: readonly View[], fields: Fields): Settled {
  const { dataset } = fields;
  const lost = new Set<string>();
  const settle = (view: View): View => {
    const { dimension, field } = view;
    const gone = field !== null && !fields.has(field);
    if (gone) {
      lost.add(fields.nameOf(field));
    }
    const filters = view.filters.flatMap((filter): Filter[] => {
      if (filter.kind === 'cells') {
        return cellsOf(filter, dataset.nCells);
      }
      if (!filter.enabled || fields.kindOf(filter.field) === KINDS[filter.kind]) {
        return [filter];
      }
      lost.add(fields.nameOf(filter.field));
      return [{ ...filter, enabled: false }];
    });
    const known = dataset.dimensions.includes(dimension);
    const same =
      filters.length === view.filters.length && filters.every((f, i) => f === view.filters[i]);
    return known && !gone && same
      ? view
      : {
          ...view,
          dimension: known ? dimension : dataset.defaultDimension,
          field: gone ? null : field,
          filters
        };
  };
  const found = views.map(settle);
  return {
    views: found.every((view, i) => view === views[i]) ? views : found,
    lost: [...lost]
  };
}

/** Whose views they are: the app. */
interface Viewer extends Speaker {
  readonly fields: ReadonlySignal<Fields>;
  readonly slots: { readonly views: Slot<readonly View[]> };
}

/**
 * After views came from elsewhere, or fields went: turn off what is not there, and say so, as what
 * is called otherwise than a person said. Called within the change that did it.
 */
export function settleReferences(app: Viewer): void {
  const { views, lost } = settled(app.slots.views.signal.peek(), app.fields.peek());
  app.slots.views.set(views);
  if (lost.length > 0) {
    say(app, 'warning', text.lostFields(lost));
  }
  const { edits, dataset } = app.fields.peek();
  const clashing = clashes(edits.categories, id => {
    const ref = parseFieldId(id);
    return ref === null ? [] : dataset.categories(ref);
  });
  if (clashing.length > 0) {
    say(app, 'warning', text.toldApart(clashing));
  }
}

/** The fields that a view shows or filters by. */
export function fieldsOf({ field, filters }: View): FieldRef[] {
  const filtered = filters.flatMap(filter =>
    filter.kind === 'cells' || !filter.enabled ? [] : [filter.field]
  );
  return field === null ? filtered : [field, ...filtered];
}

/** What is filtered by is of a kind, too. */
const KINDS = { category: 'categorical', range: 'continuous', outlier: 'categorical' } as const;

function cellsOf(filter: Extract<Filter, { kind: 'cells' }>, nCells: number): Filter[] {
  if ((filter.hidden.at(-1) ?? 0) < nCells) {
    return filter.hidden.length > 0 ? [filter] : [];
  }
  const hidden = filter.hidden.filter(cell => cell < nCells);
  return hidden.length > 0 ? [{ ...filter, hidden }] : [];
}
