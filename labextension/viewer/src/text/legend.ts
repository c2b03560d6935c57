/** The legend. */
import { count } from './numbers';

export const legend = {
  legend: 'Legend',
  findCategory: 'Find a category',
  showAll: 'Show all',
  hideAll: 'Hide all',
  missing: 'Missing',
  ofCells: (visible: number, total: number) => `${count(visible)} / ${count(total)}`,
  ofCellsLong: (visible: number, total: number) =>
    `${count(visible)} of ${count(total)} cells visible`,
  noCategory: (part: string) => `No category has “${part}” in its name.`,
  colourBar: (low: string, high: string) => `Colours from ${low} to ${high}`
} as const;
