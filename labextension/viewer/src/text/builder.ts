/** The category builder. */
import { count } from './numbers';

export const builder = {
  builder: 'Build categories',
  builderHintGroups: 'Each group that is shown becomes a category of a new field.',
  buildFrom: 'From',
  buildFromPages: 'Pages',
  buildFromGroups: (page: string) => `Groups of “${page}”`,
  buildName: 'Name',
  buildNameDefault: 'labels',
  buildPages: 'Pages to use',
  overlapRule: 'Cells in several',
  overlapRules: {
    first: 'go to the first',
    last: 'go to the last',
    'overlap-label': 'get a label of their own',
    intersections: 'one category a combination'
  },
  overlapLabel: 'Label of cells in several',
  overlapDefault: 'overlap',
  uncoveredRule: 'Cells in none',
  uncoveredMissing: 'have no value',
  uncoveredNamed: 'get a label',
  uncoveredLabel: 'Label of cells in none',
  uncoveredDefault: 'other',
  preview: 'What it will be',
  previewMissing: 'No value',
  previewSummary: (categories: number, cells: number) =>
    `${count(categories)} ${categories === 1 ? 'category' : 'categories'}, ${count(cells)} cells`,
  build: 'Create field',

  noPagesChosen: 'Choose a page that has cells in a group that is shown.',
  noGroupsShown: 'This page shows no group that has cells.',
  tooManyIntersected: (sets: number, most: number) =>
    `${count(sets)} are too many for a category each combination: choose ${most} at most.`,
  noOverlapLabel: 'Cells in several need a label.',
  noUncoveredLabel: 'Cells in none need a label, or no value.',
  intersectionJoin: ' & ',
  didBuild: (name: string) => `build “${name}”`
} as const;
