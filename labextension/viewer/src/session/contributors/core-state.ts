/** `core/state`: views with their cameras, fields, filters and looks; nothing a cell. */
import type { Contributor } from '../contributor';

export const coreState: Contributor = {
  id: 'core-state',
  priority: 'eager',
  datasetDependent: true,
  capture: app => {
    const state = {
      schema: 1,
      views: app.views.peek(),
      activeViewId: app.activeView.peek().id,
      layout: 'single',
      viewport: app.viewport.peek()
    };
    return [{ id: 'core/state', label: 'Views', payload: { json: state } }];
  }
};
