/** What a dataset is opened with. */
import type { Dataset } from '../data/dataset';
import { text } from '../text';
import type { Candidate, Layout, Page, Panels, View } from './types';

export const LAYOUT: Layout = { mode: 'grid', camerasLocked: true, nextView: 1 };

export const PANELS: Panels = { open: null, sections: {} };

/** No selection is being made. */
export const NO_CANDIDATE: Candidate = {
  cells: null,
  steps: [],
  pageId: null,
  groupId: null,
  over: null
};

/** The view a dataset is opened with. */
export function liveView(dataset: Dataset): View {
  return {
    id: 'live',
    kind: 'live',
    dimension: dataset.defaultDimension,
    navigation: 'orbit',
    cameras: {},
    field: dataset.obsFields.find(field => field.kind === 'categorical')?.ref ?? null,
    filters: [],
    look: {
      pointSize: null,
      colormap: 'viridis',
      log: false,
      rangeFollows: false,
      edges: false
    }
  };
}

export const FIRST_PAGE_COLOR = '#d81b60';

export function firstPage(): Page {
  return { id: 'page_1', name: text.newPageName(1), color: FIRST_PAGE_COLOR, groups: [] };
}
