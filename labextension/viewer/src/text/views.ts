/** Views: dimensions, cameras, navigation. */
import { count } from './numbers';

export const views = {
  navigation: 'Drags in 3D',
  tools: 'Tools',
  navigate: 'Navigate',
  dimension: 'Dimension',
  dimensionName: (dimension: number) => `${dimension}D`,
  frameAll: 'Frame all cells',
  keepView: 'Keep view',
  keepViewHint: 'Keep what is shown as a view of its own, beside it (V)',
  views: 'Views',
  allViews: 'Show all views',
  lockCameras: 'Move all views together',
  lockCamerasHint: (locked: boolean) =>
    locked
      ? 'All views are looked at from the same place: let each have its own'
      : 'Each view is looked at from its own place: look at all from the same',
  chooseView: (view: string) => `${view}: show another view`,
  removeView: (view: string) => `Remove ${view}`,
  dimensionOf: (view: string, dimension: number) => `${view}: ${dimension}D, choose another`,
  flyIn: (view: string) => `${view}: fly`,
  navigations: { orbit: 'Turn around the cells', fly: 'Fly among them (W A S D, Q E)' },
  display: 'How cells are drawn',
  pointSize: 'Size of a cell',
  automatic: 'Automatic',
  automaticPointSize: 'Choose the size by the number of cells',
  pixels: (size: string) => `${size} px`,
  edgesShown: 'Edges of the neighbour graph',
  cellHere: (row: number, value: string | null) =>
    `Cell ${count(row)}${value === null ? '' : `, ${value}`}`,
  noCellHere: 'No cell here',
  viewName: (number: number) => (number === 0 ? 'Live view' : `View ${number}`),
  tooManyViews: (most: number) =>
    `At most ${most} views fit beside each other: remove one with its ×, and keep this one then.`,
  noEdges: 'This dataset has no graph of neighbours, so there are no edges to draw.',
  noFullScreen:
    'The browser or the notebook around this page does not let it fill the screen: make the output larger instead.',
  didKeepView: 'keep view',
  didRemoveView: (view: string) => `remove ${view}`,
  didLayout: { single: 'show one view', grid: 'show all views' },
  didLock: (locked: boolean) => (locked ? 'lock cameras' : 'free cameras'),
  didDimension: (dimension: number) => `show ${dimension}D`,
  didNavigation: { orbit: 'turn around the cells', fly: 'fly among the cells' },
  didEdges: (edges: boolean) => (edges ? 'show edges' : 'hide edges'),
  didColour: (field: string | null) => `colour by ${field ?? 'nothing'}`,
  didColormap: (name: string) => `colormap ${name}`,
  didPointSize: 'resize cells',
  goOn: 'Frozen by the notebook: go on',
  fullScreen: 'Full screen',
  help: 'Keyboard shortcuts',
  openPanel: 'Show panel',
  closePanel: 'Hide panel',
  panel: 'Panel'
} as const;
