/** The page around the picture: loading, status, messages, help. */
import { count } from './numbers';

export const page = {
  picture: 'Cells of the dataset, one point a cell',
  dataset: (cells: number, genes: number) =>
    genes > 0 ? `${count(cells)} cells, ${count(genes)} genes` : `${count(cells)} cells`,

  about: 'About this dataset',
  aboutButton: (leftOut: number) =>
    leftOut > 0 ? `About this dataset (${count(leftOut)} left out)` : 'About this dataset',
  aboutName: 'Name',
  aboutKind: 'Read from',
  aboutFolder: 'dataset folder',
  aboutModality: 'Modality',
  aboutCells: 'Cells',
  aboutGenes: 'Genes',
  aboutEmbeddings: 'Embeddings',
  aboutColumns: 'Columns',
  aboutGraph: 'Graph',
  genesOf: (genes: number, where: string | null) =>
    genes > 0 ? `${count(genes)}${where === null ? '' : ` of ${where}`}` : 'none',
  columns: (categorical: number, continuous: number) =>
    `${count(categorical)} of categories, ${count(continuous)} of numbers`,
  edges: (edges: number | null) => (edges === null ? 'not counted' : `${count(edges)} edges`),
  leftOut: 'Left out',
  notes: 'Notes',
  andMore: (more: number) => `… and ${count(more)} more`,

  loadingDataset: 'Opening the dataset…',
  loadingPoints: 'Loading cells…',
  loadingColumn: 'Loading values…',
  noWebGL:
    'This browser could not give a WebGL 2 surface to draw on. Turn on hardware acceleration, or close other tabs with 3D graphics, and open the viewer again.',
  noParameters:
    'This page was opened without the name of a viewer. Run the notebook cell that shows it again.',
  notOpened: (why: string) => `The dataset could not be opened: ${why}`,
  pointsFailed: (why: string) => `The positions of the cells could not be loaded: ${why}`,
  columnFailed: (why: string) => `The values could not be loaded: ${why}`,

  hiddenFromPython: (cells: number) => `Show ${count(cells)} hidden`,
  hiddenFromPythonHint: 'Show the cells that the notebook has hidden',
  showing: (visible: number, total: number) =>
    `Showing ${count(visible)} of ${count(total)} cells`,
  highlighted: (visible: number, total: number) =>
    `${count(visible)} of ${count(total)} highlighted cells visible`,
  messages: 'Messages',
  dismiss: 'Dismiss',

  connection: {
    connecting: 'Connecting',
    open: 'Connected',
    lost: 'Reconnecting',
    gone: 'No kernel'
  },
  connectionHint: {
    connecting: 'Connecting to the notebook',
    open: 'Selections reach the notebook',
    lost: 'The connection to the server is lost; trying again',
    gone: 'The notebook no longer listens: run the cell again'
  },

  shortcuts: 'Keyboard shortcuts',
  close: 'Close',
  shortcutRows: [
    ['1  2  3', 'One, two or three dimensions'],
    ['R', 'Frame all cells'],
    ['L', 'Lasso on and off'],
    ['Drag', 'Move (2D), turn (3D)'],
    ['Shift drag', 'Move (3D); the right button does too'],
    ['Wheel', 'Zoom to the pointer'],
    ['Arrows  +  −', 'Move or turn, and zoom, when the picture has the focus'],
    ['Alt drag', 'Start a selection, or keep what is in both'],
    ['Shift Alt drag', 'Add to the selection'],
    ['Ctrl Alt drag', 'Take out of the selection'],
    ['Enter', 'Confirm the selection'],
    ['Esc', 'Cancel the gesture, then the selection'],
    ['Ctrl Z', 'Undo; with Shift, redo'],
    ['?', 'This sheet']
  ] as readonly (readonly [string, string])[]
} as const;
