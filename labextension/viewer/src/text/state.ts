/** What commands answer when they can’t be done, or what they did. */
import { count } from './numbers';

const NAMED = 5;

function quoted(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return names.slice(0, NAMED).map(name => `“${name}”`).join(', ') + more;
}

export const state = {
  lostFields: (names: readonly string[]) =>
    `Not in this dataset, so no cell is coloured or hidden by: ${quoted(names)}.`,
  toldApart: (names: readonly (readonly [string, string])[]) =>
    `Two categories have one name, so they are told apart: ${quoted(names.map(([, shown]) => shown))}. Rename one of them.`,
  dataReadAgain: 'The notebook’s data were read again.',
  noSuchField: (key: string) => `This dataset has no field “${key}”.`,
  noSuchDimension: (dimension: number) => `This dataset has no ${dimension}D embedding.`,
  noSuchColormap: (name: string, known: readonly string[]) =>
    `There is no colormap “${name}”: choose ${known.join(', ')}.`,
  selectionCancelled: (n: number) =>
    `${n === 1 ? '1 cell is' : `${count(n)} cells are`} no longer selected. Ctrl Z brings the selection back.`,
  nothingToUndo: 'There is nothing to undo.',
  nothingToRedo: 'There is nothing to redo.',
  undone: (what: string) => `Undone: ${what}.`,
  redone: (what: string) => `Redone: ${what}.`
} as const;
