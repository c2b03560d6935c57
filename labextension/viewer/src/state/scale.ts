/** How numbers become colours: the range the colours span, linear or by the logarithm. */
import { perObject } from '../base/memo';
import { positives } from '../cells/paint';
import type { Column } from '../data/dataset';
import { fieldId } from '../data/field';
import type { Filter, Look } from './types';

export interface ColorScale {
  readonly colormap: string;
  /** Values that have the first and the last colour; others beyond them have the same. */
  readonly min: number;
  readonly max: number;
  readonly log: boolean;
}

/** The least value above 0 of a column, and how many have no logarithm. */
export const positivesOf = perObject(positives);

/**
 * The scale of a column of numbers in a view; null for anything else.
 *
 * @param before - what it was: the same object is given again where nothing differs
 */
export function colorScale(
  column: Column | null,
  { colormap, log, rangeFollows }: Look,
  filters: readonly Filter[],
  before: ColorScale | null
): ColorScale | null {
  if (column?.kind !== 'continuous') {
    return null;
  }
  const filter = filters.find(
    one => one.kind === 'range' && one.enabled && fieldId(one.field) === fieldId(column.ref)
  );
  const { min, max } = rangeFollows && filter?.kind === 'range' ? filter : column;
  const scale = { colormap, min: log ? Math.max(min, positivesOf(column.values).least) : min, max, log };
  const same = (Object.keys(scale) as (keyof ColorScale)[]).every(
    key => before?.[key] === scale[key]
  );
  return same ? before : scale;
}
