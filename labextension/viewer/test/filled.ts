/** A state in which nothing has its default: each key differs, so that a lost one is noticed. */
import type { App } from '../src/state/app';
import type { Camera, Group, Panels, RecipeStep, StoredPart, View } from '../src/state/types';

const KIND = { source: 'obs', key: 'kind' } as const;
const SCORE = { source: 'obs', key: 'score' } as const;

const planar: Camera = {
  mode: 'planar',
  position: [0.1, 0.2, 0.3],
  target: [0.4, 0.5, 0.6],
  up: [0, 0.8, 0.6],
  zoom: 2.5
};
const orbit: Camera = {
  mode: 'orbit',
  position: [3, 2, 1],
  target: [-0.1, 0, 0.1],
  up: [0, 0, 1],
  zoom: 1.5
};

const lasso: RecipeStep = {
  tool: 'lasso',
  operation: 'intersect',
  view: 'kept_1',
  dimension: 3,
  detail: { polygon: [[0, 0], [1.5, 0], [1, 2]], camera: { zoom: 2 }, note: 'é' }
};

export const views: readonly View[] = [
  {
    id: 'live',
    kind: 'live',
    dimension: 3,
    navigation: 'fly',
    cameras: { 2: planar, 3: orbit },
    field: { source: 'var', key: 'HLA-A/B' },
    filters: [
      { kind: 'category', field: KIND, hidden: ['NK', 'B cell'], missing: false, enabled: false },
      { kind: 'range', field: SCORE, min: -1.5, max: 12.25, missing: true, enabled: true }
    ],
    look: { pointSize: 3.5, colormap: 'magma', log: true, rangeFollows: true, edges: true }
  },
  {
    id: 'kept_1',
    kind: 'kept',
    dimension: 2,
    navigation: 'orbit',
    cameras: {},
    field: null,
    filters: [],
    look: { pointSize: null, colormap: 'cividis', log: false, rangeFollows: false, edges: false }
  }
];

const groups: readonly Group[] = [
  {
    id: 'highlight_3',
    type: 'lasso',
    label: 'Lasso “é”',
    enabled: true,
    color: '#00ff00',
    cells: Uint32Array.of(0, 3, 19),
    recipe: [lasso, { ...lasso, operation: 'remove', dimension: 1 }],
    extra: { fieldKey: 'kind', categoryIndex: 2, future: { deep: [1, null] } }
  },
  {
    id: 'highlight_7',
    type: 'annotation',
    label: 'None',
    enabled: false,
    color: null,
    cells: new Uint32Array(0),
    recipe: [],
    extra: {}
  }
];

const panels: Panels = { open: false, sections: { filters: false, summary: true } };

/** A chunk that no version knows. */
export const future: StoredPart = {
  id: 'future/thing',
  described: {
    id: 'future/thing',
    contributorId: 'future',
    priority: 'lazy',
    kind: 'binary',
    codec: 'none',
    label: 'What comes',
    datasetDependent: true,
    storedBytes: 3,
    uncompressedBytes: 3,
    note: ['é', 1]
  },
  stored: Uint8Array.of(1, 2, 255)
};

export function fill(app: App): void {
  app.changes.change('fill', () => {
    app.slots.views.set(views);
    app.slots.activeViewId.set('kept_1');
    app.slots.layout.set({ mode: 'single', camerasLocked: false, nextView: 4 });
    app.slots.highlights.set({
      pages: [
        { id: 'page_2', name: 'Mine', color: '#123456', groups },
        { id: 'page_5', name: 'Empty', color: '#abcdef', groups: [] }
      ],
      activePageId: 'page_5',
      nextPage: 6,
      nextGroup: 8
    });
    app.slots.candidate.set({
      cells: Uint32Array.of(2, 4),
      steps: [lasso],
      pageId: 'page_2',
      groupId: 'highlight_3',
      over: null
    });
  });
  app.places.value = new Map([['kept_1', { left: 0, top: 0, width: 640, height: 480 }]]);
}

/** What is of no dataset, and what nobody knows, besides. */
export function fillRest(app: App): void {
  app.changes.change('fill the rest', () => {
    app.slots.panels.set(panels);
    app.slots.carried.set([future]);
  });
}
