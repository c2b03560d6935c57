/** The legend. */
import { count } from './numbers';

export const legend = {
  legend: 'Legend',
  findCategory: 'Find a category',
  showAll: 'Show all',
  hideAll: 'Hide all',
  showFound: 'Show these',
  hideFound: 'Hide these',
  onlyThis: 'Only',
  onlyCategory: (name: string) => `Show only ${name}`,
  colourOf: (name: string) => `Colour of ${name}`,
  categoryOrder: 'Order of categories',
  categoryOrders: { data: 'As in the data', name: 'By name', count: 'By number of cells' },
  missing: 'Missing',
  missingOrInfinite: 'Missing or infinite',
  ofCells: (visible: number, total: number) => `${count(visible)} / ${count(total)}`,
  ofCellsLong: (visible: number, available: number, total: number) =>
    `${count(visible)} of ${count(available)} cells visible` +
    (available === total ? '' : `; other filters hide ${count(total - available)}`),
  noCategory: (part: string) => `No category has “${part}” in its name.`,
  coloursRepeat: (most: number) =>
    `Colours repeat after ${count(most)} categories: search for the one you look for.`,

  colourBar: (low: string, high: string) => `Colours from ${low} to ${high}`,
  colormap: (name: string) => `Colormap: ${name}`,
  logSwitch: 'Log colours',
  logHint: 'Colour by the logarithm; what is filtered stays as it is',
  rangeFollows: 'Colours follow the range',
  rangeFollowsHint: 'The colours span the range that is shown, not that of all values',
  noLogarithm: 'Zero or less',
  spread: (low: string, high: string) =>
    `How the values from ${low} to ${high} are spread; heights grow with the square root`,
  lowestShown: 'Lowest value shown',
  highestShown: 'Highest value shown',
  lowestTyped: 'Lowest value shown, as a number',
  highestTyped: 'Highest value shown, as a number',
  resetRange: 'Reset',
  allAre: (value: string) => `All values are ${value}.`,
  allMissing: 'No cell has a finite value here.',

  outliers: 'Outliers',
  outliersHint: 'Hide the cells that are farthest from the middle of their category',
  outliersOff: 'All are shown',
  outliersNearest: (percent: number) => `Nearest ${percent} %`,
  outliersOfSource: (name: string) =>
    `Outliers are told for the categories of “${name}” as they are in the data, not for those made from them.`,

  /** What undo tells of. */
  logColours: 'log colours',
  coloursFollow: 'colours follow the range'
} as const;
