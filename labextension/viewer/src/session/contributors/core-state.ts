/** `core/state`: views with their cameras, fields, filters and looks; nothing a cell. */
import { object, oneOf, own, text } from '../../base/check';
import { writeFilter } from '../../state/filter-json';
import { LAYOUT, liveView } from '../../state/opening';
import { readLayout, readViews } from '../../state/readers';
import { settleReferences } from '../../state/settle';
import type { Filter, View } from '../../state/types';
import { parseJson, type Contributor, type RowPlaces } from '../contributor';

const SCHEMA = 1;

export const coreState: Contributor = {
  id: 'core-state',
  priority: 'eager',
  datasetDependent: true,
  owns: id => id === 'core/state',
  capture: app => {
    const state = {
      schema: SCHEMA,
      views: app.views.peek().map(view => ({ ...view, filters: view.filters.map(writeFilter) })),
      activeViewId: app.activeView.peek().id,
      layout: app.layout.peek(),
      // With the cameras, so that a reader can project the cells as they were seen.
      viewport: sizeOf(app.viewport.peek()),
      places: Object.fromEntries(app.places.peek())
    };
    return [{ id: 'core/state', label: 'Views', payload: { json: state } }];
  },
  prepare: (chunk, { app, rows }) => {
    const state = object(parseJson(chunk), 'core/state');
    oneOf(own(state, 'schema'), 'schema', [SCHEMA]);
    const read = readViews(own(state, 'views'), 'views');
    const views = rows === null ? read : read.map(view => onRows(view, rows));
    const activeViewId = text(own(state, 'activeViewId'), 'activeViewId');
    const stored = own(state, 'layout');
    // A word in what was written when there was one view.
    const layout = typeof stored === 'string' ? LAYOUT : readLayout(stored, 'layout');
    return () => {
      app.slots.layout.set(layout);
      app.slots.views.set(views);
      app.slots.activeViewId.set(activeViewId);
      settleReferences(app);
    };
  },
  reset: app => {
    const view = liveView(app.dataset);
    app.slots.views.set([view]);
    app.slots.activeViewId.set(view.id);
    app.slots.layout.set(LAYOUT);
  }
};

/** A view whose hidden cells stand in other rows. */
function onRows(view: View, rows: RowPlaces): View {
  const moved = (filter: Filter): Filter =>
    filter.kind === 'cells' ? { ...filter, hidden: rows.cells(filter.hidden) } : filter;
  return { ...view, filters: view.filters.map(moved) };
}

function sizeOf(place: { width: number; height: number } | null): unknown {
  return place && { width: place.width, height: place.height };
}
