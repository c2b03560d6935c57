/** The selection being made, and its tools. */
import { count } from './numbers';

export const selection = {
  selection: 'Selection',
  operation: 'What a gesture does',
  operations: {
    replace: 'Replace',
    intersect: 'Intersect',
    add: 'Add',
    remove: 'Remove'
  },
  operationHints: {
    replace: 'The gesture starts a new selection',
    intersect: 'Keep the cells that are in both (Alt and drag)',
    add: 'Add the cells to the selection (Shift, Alt and drag)',
    remove: 'Take the cells out of the selection (Ctrl or ⌘, Alt and drag)'
  },
  nothingSelected: 'Draw around cells',
  selected: (cells: number) => (cells === 1 ? '1 cell' : `${count(cells)} cells`),
  confirm: 'Confirm',
  undo: 'Undo',
  redo: 'Redo',
  cancel: 'Cancel'
} as const;
