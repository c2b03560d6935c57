/** What a dataset is opened with. */
import type { Dataset } from '../data/dataset';
import type { Layout, Page, View } from './types';

export const LAYOUT: Layout = { mode: 'grid', camerasLocked: true };

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

export function firstPage(): Page {
  return { id: 'page_1', name: 'Page 1', color: '#d81b60', groups: [] };
}
