/** How numbers become colours: the range the colours span, linear or by the logarithm. */
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

/** The scale of a column of numbers in a view; null for anything else. */
export function colorScale(
  column: Column | null,
  { colormap, log, rangeFollows }: Look,
  filters: readonly Filter[]
): ColorScale | null {
  if (column?.kind !== 'continuous') {
    return null;
  }
  const filter = filters.find(
    one => one.kind === 'range' && one.enabled && fieldId(one.field) === fieldId(column.ref)
  );
  const { min, max } = rangeFollows && filter?.kind === 'range' ? filter : column;
  return { colormap, min, max, log };
}
