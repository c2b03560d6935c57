/** Quick summary and analysis windows. */
import { count, measure } from './numbers';

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;

export const analysis = {
  summary: 'Summary',
  summaryOf: 'Summary of',
  subjectSelection: 'Selection',
  subjectPage: (name: string) => `Page: ${name}`,
  subjectNone: 'Select cells, or confirm a group, and what they are is told here.',
  summaryCells: (cells: number, visible: number) =>
    visible === cells
      ? `${count(cells)} ${cells === 1 ? 'cell' : 'cells'}`
      : `${count(cells)} cells, ${count(visible)} of them visible`,
  compositionOver: (field: string) => `By ${field}`,
  noCategories: 'Colour by categories to see their shares here.',
  moreParts: (more: number) => `and ${count(more)} more`,
  partHint: (label: string, cells: number, share: number) =>
    `${label}: ${count(cells)} cells, ${percent(share)}`,
  percent,
  differences: 'Largest differences from the rest',
  differencesHint:
    'Difference of the means, in units of the standard deviation, over the columns of numbers',
  differing: (done: number, of: number) => `Looked at ${count(done)} of ${count(of)} columns…`,
  lookedAt: (of: number, columns: number) =>
    `Of the first ${count(of)} of ${count(columns)} columns: more would not fit in memory.`,
  noDifferences: 'No column of numbers tells them from the rest.',
  differenceHint: (name: string, inside: number, outside: number) =>
    `${name}: mean ${measure(inside)} here, ${measure(outside)} in the rest`,
  effect: (value: number) => `${value > 0 ? '+' : '−'}${Math.abs(value).toFixed(2)}`,
  insideOutside: ['', 'Here', 'The rest'],
  statistics: ['Cells', 'Mean', 'SD', 'Median'],

  windows: 'Analysis windows',
  windowKinds: {
    composition: 'Composition',
    distribution: 'Distribution',
    scatter: 'Scatter'
  },
  windowHint: 'Anything heavier, such as tests or marker genes, is done in Python.',
  openWindow: 'open window',
  closeWindow: 'close window',
  moveWindow: 'move window',
  raiseWindow: 'raise window',
  windowField: 'choose field',
  windowPages: 'choose pages',
  closeThis: (title: string) => `Close ${title}`,
  duplicateThis: (title: string) => `Duplicate ${title}`,
  moveThis: (title: string) => `Move ${title}: arrow keys, with Shift to resize`,
  resizeThis: (title: string) => `Resize ${title}`,
  field: 'Field',
  axes: ['Horizontal', 'Vertical'],
  fieldFind: 'Field or gene',
  noneFound: (part: string) => `Nothing has “${part}” in its name.`,
  pagesShown: 'Pages',
  asShares: 'Shares',
  allCells: 'All visible',
  chooseCategories: 'Choose a field of categories.',
  chooseNumbers: 'Choose a field of numbers, or a gene.',
  chooseBoth: 'Choose two fields of numbers, or genes.',
  notLoaded: (why: string) => `The values could not be loaded: ${why}`,
  binHint: (page: string, low: number, high: number, cells: number) =>
    `${page}, ${measure(low)} to ${measure(high)}: ${count(cells)} cells`,
  medianOf: (value: number) => `median ${measure(value)}`,
  withoutValue: (cells: number) => `${count(cells)} without a value`,
  geneNamed: (gene: string) => `${gene} (gene)`,
  table: 'As a table',
  scatterPicture: (x: string, y: string, cells: number) =>
    `${count(cells)} visible cells by ${x} and ${y}. Drag around cells to select them.`,
  selectRange: 'Select by range',
  rangeFrom: (axis: string) => `${axis} from`,
  rangeTo: (axis: string) => `${axis} to`
} as const;
