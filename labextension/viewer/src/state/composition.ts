/** Of which categories cells are. */
import { countCodes } from '../cells/counts';
import type { CategoricalColumn } from '../data/dataset';
import { categoryColors } from './derive';
import { css, NEUTRAL } from './palette';

export interface Part {
  /** Index of the category; that after the last stands for missing values. */
  readonly code: number;
  readonly label: string;
  readonly color: string;
  readonly count: number;
  /** Of the cells that are counted. */
  readonly share: number;
}

/** The parts of some cells, in the order of the categories; those without a cell have a count of 0. */
export function compositionOf(
  column: CategoricalColumn,
  cells: Uint32Array,
  missing: string
): readonly Part[] {
  const counts = countCodes(column.codes, column.categories.length, cells);
  const colors = categoryColors(column);
  return Array.from(counts, (count, code) => ({
    code,
    label: column.labels[code] ?? missing,
    color: css(colors[code] ?? NEUTRAL),
    count,
    share: cells.length > 0 ? count / cells.length : 0
  }));
}
