/** What is said of sessions: saved, restored, handed to Python. */
import { count } from './numbers';

/** A name may be a whole text. */
const MOST_NAME = 100;
/** It may hold a name. */
const MOST_WHY = 500;

export const sessions = {
  sessionHanded: 'The session was handed to Python.',
  sessionNotHanded: (why: string) => `The session could not be handed to Python: ${why}`,
  sessionShown: (left: string | null) =>
    left === null ? 'The session is shown.' : `The session is shown. ${left}`,
  sessionUndone: 'The session was undone before all of it had come.',
  sessionParts: (parts: number, id: string, why: string) => {
    const first = `“${id.slice(0, MOST_NAME)}”, since ${why.slice(0, MOST_WHY)}`;
    return parts === 1
      ? `1 part was left out: ${first}`
      : `${count(parts)} parts were left out, the first of them ${first}`;
  },
  fileNotShown: (name: string, why: string) =>
    `The session “${name.slice(0, MOST_NAME)}” could not be shown: ${why}`,
  fileGone: 'there is no such file any more.',
  nothingFits: (why: string) => `The session does not fit: ${why}.`,
  partFits: (why: string) =>
    `Of the session only what fits any dataset is shown, since ${why}.`,
  nothingShown: (why: string | null) =>
    `Nothing of the session could be shown: ${why ?? 'it is empty'}`,
  savedWithoutRows: (why: string) =>
    `The session was saved without the order of the rows: ${why}`,
  savedWithout: (part: string, why: string) => `The session was saved without “${part}”: ${why}`,
  orderUnknown: (why: string) =>
    `Whether the session’s cells are in this order is not known: ${why}`,
  didRestore: 'restore session',
  sessionOfFormat2:
    'It is of format 2, which cellucid 0.9 writes. This viewer shows sessions of format 1; ' +
    'apply_cellucid_session_to_anndata brings those of both into the data.',
  unknownPart: 'this version does not know it',
  otherOrder: 'it was made with another order of the rows',
  otherDataset: (part: string, then: string, now: string) =>
    `it was made with another ${part}: ${then}, here ${now}`,
  partOfDataset: {
    dataset: 'dataset',
    cells: 'number of cells',
    genes: 'number of genes'
  },
  unknownRows: 'it tells of other rows, and this version does not know it',
  nothingToHold: 'what it belongs to could not be read',
  noCommonName: 'it has no cell of a name that one here has',
  otherNames: (names: number, cells: number) =>
    `it has ${count(names)} names for ${count(cells)} cells`,
  repeatedName: (name: string, list: 'first' | 'second') =>
    `“${name.slice(0, MOST_NAME)}” stands twice in ${list === 'first' ? 'the session' : 'this dataset'}`,
  placeByName: 'Place its cells by their names',
  notPlaced: (why: string) => `By their names its cells can’t be placed: ${why}.`,
  cellsPlaced: (found: number, of: number) =>
    `${count(found)} of its ${count(of)} cells were found by their names.`,
  stillArriving: 'A session is being restored: wait until it is there, or cancel it.',
  restoreCancelled: 'The session was cancelled: all is as it was before.',
  restoring: 'Session',
  cancelRestore: 'Cancel the session'
} as const;
