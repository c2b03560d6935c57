/** Filters. */
import { count, exact } from './numbers';

const NAMED = 3;

/** A few of some names: “A”, “B” and 4 more. */
function few(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${count(names.length - NAMED)} more` : '';
  return names.slice(0, NAMED).map(name => `“${name}”`).join(', ') + more;
}

export const filters = {
  filters: 'Filters',
  filtersOn: (enabled: number) =>
    enabled === 1 ? '1 filter hides cells' : `${count(enabled)} filters hide cells`,
  noFilters: 'All cells are shown. The boxes and ranges of the legend hide some.',
  removeAll: 'Remove all',
  filterEnabled: (name: string) => `Filter by ${name}`,
  filterRemove: (name: string) => `Remove the filter by ${name}`,
  filterJump: (name: string) => `Colour by ${name}`,
  filterCounts: (passes: number, available: number) =>
    `${count(passes)} of the ${count(available)} cells that the other filters let through`,
  filterLost: 'not in this dataset',
  filterDeleted: 'deleted: restore it under “Deleted fields”',
  outliersOf: (name: string) => `Outliers of ${name}`,
  filterFromPython: 'Python',
  filterWithout: (names: readonly string[]) => `without ${few(names)}`,
  filterOnly: (names: readonly string[]) => `only ${few(names)}`,
  filterNone: 'no category',
  filterRange: (min: number, max: number) => `${exact(min)} to ${exact(max)}`,
  /** What is said of missing values, where it is not what goes without saying. */
  filterAndMissing: (words: string) => `${words}, and missing`,
  filterNorMissing: (words: string) => `${words}, nor missing`,
  filterNoMissing: 'without missing',
  filterOnlyMissing: 'only missing',
  filterNearest: (share: number) =>
    `nearest ${exact(Number((100 * share).toFixed(1)))} % of each category`,
  filterCells: (cells: number) =>
    cells === 1 ? '1 cell hidden' : `${count(cells)} cells hidden`,

  /** What undo tells of. */
  shownByPython: 'show cells from Python',
  hiddenByPython: 'hide cells from Python',
  showHidden: 'show cells',
  filterBy: (name: string) => `filter by ${name}`,
  filterOutliers: (name: string) => `filter outliers of ${name}`,
  filterOn: 'turn a filter on',
  filterOff: 'turn a filter off',
  filtersOff: 'turn filters off',
  filterGone: 'remove a filter',
  filtersGone: 'remove all filters',

  noSuchRange: (min: number, max: number) =>
    Number.isNaN(min) || Number.isNaN(max)
      ? 'A range has a number at each end: type one such as 0.5.'
      : `From ${exact(min)} to ${exact(max)} there is nothing: the first number must not be above the second.`,
  noValueThere: (from: number, to: number, min: number, max: number) =>
    `From ${exact(from)} to ${exact(to)} there is no value: all are from ${exact(min)} to ${exact(max)}.`
} as const;
