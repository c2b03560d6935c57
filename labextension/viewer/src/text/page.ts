/** The page around the picture: loading, status, messages, help. */
import { count } from './numbers';

export const page = {
  page: 'Page',
  more: 'More',
  didPanel: 'panel',
  withKey: (what: string, key: string) => `${what} (${key})`,
  undoOf: (what: string) => `Undo: ${what}`,
  redoOf: (what: string) => `Redo: ${what}`,
  picture: 'Cells of the dataset, one point a cell',
  dataset: (cells: number, genes: number) => {
    const told = cells === 1 ? '1 cell' : `${count(cells)} cells`;
    return genes === 0 ? told : `${told}, ${genes === 1 ? '1 gene' : `${count(genes)} genes`}`;
  },

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

  loadingCancelled: 'you stopped it. “Try again” starts it anew.',
  loadingPart: {
    points: (dimension: number) => `Loading cells in ${dimension}D`,
    column: (field: string) => `Loading ${field}`,
    outliers: (field: string) => `Loading outliers of ${field}`,
    graph: 'Loading the graph of neighbours'
  },
  share: (share: number) => `${Math.round(share * 100)} %`,
  cancelLoading: (what: string) => `${what}: cancel`,
  partsNotLoaded: 'Something could not be loaded.',
  tryAgain: 'Try again',

  loadingDataset: 'Opening the dataset…',
  loadingPoints: 'Loading cells…',
  loadingColumn: 'Loading values…',
  noWebGL:
    'This browser could not give a WebGL 2 surface to draw on. Turn on hardware acceleration, or close other tabs with 3D graphics, and open the viewer again.',
  pictureLost:
    'The browser took back the memory this picture is drawn with: point at it to go on.',
  noContext: 'The browser gave no WebGL 2 context.',
  noShader: (why: string) => `The graphics card does not take a program of the picture: ${why}`,
  notOnScreen: (viewId: string, shown: readonly string[]) =>
    `View “${viewId}” is not on the screen; these are: ${shown.join(', ')}.`,
  oddCoordinates: (coordinates: number, cells: number) =>
    `${count(coordinates)} coordinates for ${count(cells)} cells are not 1, 2 or 3 a cell.`,
  someEdges: (drawn: number, all: number) =>
    `The graph has ${count(all)} edges between visible cells: ${count(drawn)} of them are drawn.`,
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
    gone: 'No kernel',
    none: 'Without a kernel'
  },
  connectionHint: {
    connecting: 'Connecting to the notebook',
    open: 'Selections reach the notebook',
    lost: 'The connection to the server is lost; trying again',
    gone: 'The notebook no longer listens: run the cell again',
    none: 'The data are read from the server’s disk, and no notebook listens'
  },

  shortcuts: 'Keyboard shortcuts',
  close: 'Close',
  shortcutGroups: {
    look: [
      ['Drag', 'Move (2D), turn around the cells or look around (3D)'],
      ['Shift drag', 'Move (3D); the right button does too'],
      ['Wheel', 'Zoom to the pointer; two fingers do too'],
      ['← → ↑ ↓', 'Move, turn or look around, with the focus on the picture'],
      ['+ −', 'Nearer, farther'],
      ['W A S D', 'Fly ahead, back and to the sides; faster with Shift'],
      ['E Q', 'Fly up and down'],
      ['O G', 'Turn around the cells, or fly among them'],
      ['1 2 3', 'One, two or three dimensions'],
      ['R', 'Frame all cells']
    ],
    views: [
      ['V', 'Keep what is shown as a view of its own'],
      ['[ ]', 'To the view before, to the next one'],
      ['M', 'All views, or one'],
      ['E', 'Edges of the neighbour graph on and off']
    ],
    select: [
      ['Alt drag', 'Start a selection, or keep what is in both'],
      ['Shift Alt drag', 'Add to the selection'],
      ['Ctrl Alt drag', 'Take out of the selection'],
      ['← → ↑ ↓', 'With a tool and the focus on the picture: move a crosshair; farther with Shift'],
      ['Space', 'Begin a gesture at the crosshair, and end it'],
      ['Enter', 'Confirm the selection'],
      ['Esc', 'Cancel the gesture, then the selection'],
      ['X', 'Remove all groups of the page']
    ],
    page: [
      ['Ctrl Z', 'Undo'],
      ['Ctrl Shift Z, Ctrl Y', 'Redo'],
      ['Ctrl S', 'Save the session'],
      ['H', 'Side panel on and off'],
      ['F', 'Full screen'],
      ['?', 'This sheet']
    ]
  } as const satisfies Record<string, readonly (readonly [string, string])[]>,
  shortcutTitles: { look: 'Look', views: 'Views', select: 'Select', page: 'Page' }
} as const;
