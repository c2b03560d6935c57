/** The selection being made, and its tools. */
import { count } from './numbers';

const cells = (n: number): string => (n === 1 ? '1 cell' : `${count(n)} cells`);

const HINTS = {
  replace: 'Start a new selection',
  intersect: 'Keep the cells that are in both',
  add: 'Add the cells to the selection',
  remove: 'Take the cells out of the selection'
} as const;

const KEYS: Readonly<Record<string, string>> = { add: 'Shift, Alt', remove: 'Ctrl or ⌘, Alt' };

const QUOTED = 5;

function quoted(names: readonly string[]): string {
  const more = names.length > QUOTED ? ` and ${count(names.length - QUOTED)} more` : '';
  return names.slice(0, QUOTED).map(name => `“${name}”`).join(', ') + more;
}

export const selection = {
  tool: {
    lasso: 'Lasso',
    proximity: 'Proximity',
    knn: 'KNN',
    annotation: 'Annotation',
    byName: 'By name'
  },
  toolHint: {
    lasso: 'Draw around cells',
    proximity: 'Press on a cell and drag a radius',
    knn: 'Press on a cell and drag steps along the graph',
    annotation: {
      categorical: 'Click a cell to take its category',
      continuous: 'Press on a cell and drag up or down',
      none: 'Colour the cells by a field first'
    },
    byName: 'Give names or a condition'
  },
  lassoNeedsPlane: 'A lasso needs two or three dimensions',
  annotationNeedsField: 'Colour the cells by a field first',
  noGraph: 'This dataset has no graph of neighbours (obsp["connectivities"])',
  gestureCancelled: 'The picture or the tool changed during the gesture, so it took nothing: make it again.',
  loadingGraph: 'Loading the graph…',
  pressOnCell: 'Press on a cell',
  noCategoryHere: 'This cell has no category',
  noValueHere: 'This cell has no value',
  radiusTakes: (radius: string, n: number) => `Radius ${radius}: ${cells(n)}`,
  stepsTake: (steps: number, n: number) =>
    `${steps === 1 ? '1 step' : `${steps} steps`}: ${cells(n)}`,
  categoryTakes: (name: string, n: number) => `${name}: ${cells(n)}`,
  rangeTakes: (min: string, max: string, n: number) => `${min} to ${max}: ${cells(n)}`,
  hiddenLeftOut: (n: number) =>
    n === 1 ? '1 hidden cell was left out.' : `${count(n)} hidden cells were left out.`,

  select: 'Select',
  selectBy: 'Select by',
  selectByModes: { names: 'Names', condition: 'Condition' },
  selectByLabels: { names: 'Names of cells', condition: 'Condition' },
  selectByHints: {
    names: 'Names of cells, one a line or separated by commas or semicolons; Ctrl Enter selects',
    condition: 'CD3E > 1 & (MS4A1 <= 0.5 | cell_type == "B cell")'
  },
  meets: (n: number) =>
    n === 0
      ? 'No cell meets it, so the selection stays as it is.'
      : n === 1
        ? '1 cell meets it.'
        : `${cells(n)} meet it.`,
  named: (n: number) =>
    n === 0
      ? 'No cell has such a name, so the selection stays as it is.'
      : n === 1
        ? '1 cell has such a name.'
        : `${cells(n)} have such names.`,
  nothingToTakeFrom: 'Nothing is selected to take cells from: choose Replace or Add.',
  namesWithSpaces: 'A space is part of a name: put one name a line, or commas between them.',
  unknownNames: (names: readonly string[]) =>
    `${names.length === 1 ? '1 name is' : `${count(names.length)} names are`} unknown: ${quoted(names)}.`,
  repeatedNames: (n: number) =>
    `${n === 1 ? '1 name was' : `${count(n)} names were`} given more than once.`,
  sharedNames: (names: readonly string[]) =>
    `${names.length === 1 ? '1 name stands' : `${count(names.length)} names stand`} for several cells each: ${quoted(names)}.`,

  noCondition: 'Give a condition, such as CD3E > 1 & MS4A1 <= 0.5.',
  conditionTooLong: (most: number) => `A condition has at most ${count(most)} characters.`,
  conditionTooDeep: (most: number) => `Parentheses can be nested ${count(most)} deep.`,
  unclosed: 'A parenthesis is opened and not closed: put a “)” after its condition.',
  conditionGoesOn: (found: string) =>
    `“${found}” follows where the condition could end: join conditions by & or |, and put names with spaces in quotes.`,
  aField: 'the name of a field or gene',
  aValue: (field: string, sign: string) => `a value after “${field} ${sign}”`,
  expected: (wanted: string, found: string | undefined) =>
    found === undefined
      ? `The condition ends where ${wanted} is expected.`
      : `“${found}” stands where ${wanted} is expected.`,
  noComparison: (field: string, found: string | undefined) =>
    `After “${field}” comes one of > >= < <= == !=${found === undefined ? '' : `, not “${found}”`}. Put names with spaces in quotes.`,
  noFieldCalled: (name: string, like: string | undefined) =>
    `There is no field or gene “${name}”.${like === undefined ? '' : ` Did you mean “${like}”?`}`,
  notOrdered: (field: string, sign: string) =>
    `“${field}” has categories, which “${sign}” can’t compare: use == or !=.`,
  noCategoryCalled: (field: string, name: string, known: readonly string[]) =>
    `“${field}” has no category “${name}”. It has ${quoted(known)}.`,
  noNumber: (field: string, value: string) =>
    `“${field}” has numbers, so it can’t be compared with “${value}”: give a number.`,

  selection: 'Selection',
  operation: 'What a gesture does',
  operations: {
    replace: 'Replace',
    intersect: 'Intersect',
    add: 'Add',
    remove: 'Remove'
  },
  /** `plain` is what Alt alone means; null where no key means anything. */
  operationHint: (operation: keyof typeof HINTS, plain: keyof typeof HINTS | null) => {
    const keys = plain === null ? undefined : operation === plain ? 'Alt' : KEYS[operation];
    return HINTS[operation] + (keys === undefined ? '' : ` (${keys} and drag)`);
  },
  selected: (n: number) => cells(n),
  confirm: 'Confirm',
  confirmTo: (page: string) => `to ${page}`,
  undo: 'Undo',
  redo: 'Redo',
  cancel: 'Cancel'
} as const;
