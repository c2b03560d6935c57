/** What a column has in all cells, counted once. */
import { perObject } from '../base/memo';
import { histogram } from '../cells/histogram';
import { countCodesOfOthers } from '../cells/masks';
import type { CategoricalColumn, Column, ContinuousColumn } from '../data/dataset';

/** Bins of the histogram of a legend. */
export const BINS = 64;

/** How many cells each category has, and at the end those without one. */
export const totalsOf = perObject(({ codes, categories }: CategoricalColumn) =>
  countCodesOfOthers(codes, categories.length, null, null)
);

/** How many values are in each of the bins of equal width from the least to the greatest. */
export const binsOf = perObject(({ values, min, max }: ContinuousColumn) =>
  histogram(values, null, min, max, BINS)
);

/** How many cells have no category, or no finite value. */
export function missingIn(column: Column): number {
  return column.kind === 'categorical'
    ? totalsOf(column)[column.categories.length]!
    : column.values.length - binsOf(column).reduce((sum, count) => sum + count, 0);
}
