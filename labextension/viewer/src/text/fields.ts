/** Fields and genes, and what a person changes in them. */
import { count } from './numbers';

const LISTED = 3;

function listed(names: readonly string[]): string {
  const more = names.length > LISTED ? ` and ${names.length - LISTED} more` : '';
  return names.slice(0, LISTED).map(name => `“${name}”`).join(', ') + more;
}

export const fields = {
  colourBy: 'Colour by',
  noField: 'None',
  findField: 'Find a field',
  categorical: 'Categories',
  continuous: 'Numbers',
  gene: 'Gene',
  geneFind: 'Find a gene',
  noGene: (part: string) => `No gene has “${part}” in its name.`,
  noFieldOf: (part: string) => `No field has “${part}” in its name.`,
  fieldsFound: (found: number) => (found === 1 ? '1 found' : `${count(found)} found`),
  made: 'made',
  madeHint: 'Made in this viewer',
  original: (key: string) => `Original: ${key}`,
  fieldMenu: (name: string) => `Edit ${name}`,

  renameField: 'Rename…',
  resetName: (key: string) => `Call it “${key}” again`,
  copyField: 'Copy…',
  deleteField: 'Delete',
  mergeCategories: 'Merge categories…',
  fieldName: 'Name of the field',
  copyName: 'Name of the copy',

  deletedFields: (many: number) => `Deleted fields (${count(many)})`,
  deletedList: 'Deleted fields',
  restore: 'Restore',
  restoreField: (name: string) => `Restore ${name}`,
  purge: 'Purge…',
  purgeField: (name: string) => `Purge ${name}`,
  purgeAsk: (name: string) => `Purge “${name}” for good? Saved sessions will not have it either.`,
  purgeYes: 'Purge',
  purgeNo: 'Keep',

  categoryMenu: (label: string) => `Edit ${label}`,
  categoryName: 'Name of the category',
  renameCategory: 'Rename…',
  resetCategory: (own: string) => `Call it “${own}” again`,
  mergeCategory: 'Merge with…',
  deleteCategory: 'Delete',
  resetColor: 'Colour of the data',
  mergeTitle: (field: string) => `Merge categories of “${field}”`,
  mergeFind: 'Find a category',
  mergeList: 'Categories to merge',
  mergeName: 'Name of the merged category',
  mergeHint: 'Choose two categories or more. The data stay as they are: a copy of the field is made.',
  mergeAct: (many: number) => (many < 2 ? 'Merge' : `Merge ${count(many)}`),
  mergeCells: (cells: number) => `${count(cells)} cells`,
  cancelMerge: 'Cancel',

  fieldEdits: {
    emptyName: 'A name needs at least one character.',
    colonName: (name: string) => `“${name}” can’t be a name: it has a colon in it.`,
    longName: (length: number, most: number) =>
      `A name can have ${most} characters; this one has ${count(length)}.`,
    takenName: (name: string) => `Another field is called “${name}”: take another name.`,
    takenCategory: (name: string) =>
      `Another category is called “${name}”: take another name, or merge the two.`,
    takenMerged: (name: string) =>
      `Another category is called “${name}”: choose it, too, or take another name.`,
    takenRestore: (name: string) =>
      `Another field is called “${name}” by now: rename that one first.`,
    notThere: (name: string) => `There is no field “${name}” to edit: it is deleted, or gone.`,
    notLoaded: (name: string) => `The values of “${name}” are still loading: try again in a moment.`,
    notNumbers: (name: string) => `“${name}” is of categories; only fields of numbers are copied.`,
    badColor: (color: string) => `“${color}” is no colour such as #d62728.`,
    fewCategories: 'Choose two categories or more to merge.',
    manyCategories: (many: number, most: number) =>
      `The edited field would have ${count(many)} categories, and ${count(most)} is the most.`,

    renamed: (from: string, to: string) => `rename ${from} to ${to}`,
    copied: (name: string) => `copy ${name}`,
    deleted: (name: string) => `delete ${name}`,
    restored: (name: string) => `restore ${name}`,
    purged: (name: string) => `purge ${name}`,
    colored: (category: string) => `colour of ${category}`,
    merged: (names: readonly string[]) => `merge ${listed(names)}`,
    deletedCategories: (names: readonly string[]) => `delete ${listed(names)}`,

    saidDeleted: (name: string) =>
      `“${name}” is deleted, and no view is coloured or filtered by it. It waits under “Deleted fields”.`,
    saidDerived: (made: string, name: string) =>
      `“${made}” has what you changed; “${name}” is as it was, under “Deleted fields”.`,
    saidOutliers: (made: string) =>
      `The outlier filter is off: how far cells are from the rest of a category is not known for “${made}”.`,
    saidShown: (category: string) =>
      `“${category}” is visible, though some of what was merged into it was hidden.`
  },
  fieldsLeftOut: (names: readonly string[], why: string) =>
    `Left out of the session: ${listed(names)}, since ${why}.`,
  /** What stands in brackets behind the name of a field whose categories were edited. */
  edited: 'edited',
  copied: 'copy',
  renamedFrom: (label: string, own: string) => `${label} (“${own}” in the data)`,
  purgeShort: 'Purge for good?',
  noCodes: 'the file has no codes for it',
  otherLength: 'it has codes for another number of cells',
  noSource: 'it does not say what it is a copy of'
} as const;
