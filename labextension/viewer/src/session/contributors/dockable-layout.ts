/** `ui/dockable-layout`: which parts of the panel are open; of no dataset. */
import { object, oneOf, own } from '../../base/check';
import { PANELS } from '../../state/opening';
import { readPanels } from '../../state/panels';
import { parseJson, type Contributor } from '../contributor';

const CHUNK = 'ui/dockable-layout';
const SCHEMA = 1;

export const dockableLayout: Contributor = {
  id: 'dockable-layout',
  priority: 'eager',
  datasetDependent: false,
  owns: id => id === CHUNK,
  capture: app => {
    const panels = app.panels.peek();
    return panels === PANELS
      ? []
      : [{ id: CHUNK, label: 'Panels', payload: { json: { schema: SCHEMA, ...panels } } }];
  },
  prepare: (chunk, { app }) => {
    const found = object(parseJson(chunk), CHUNK);
    oneOf(own(found, 'schema'), 'schema', [SCHEMA]);
    const panels = readPanels(found, CHUNK);
    return () => app.slots.panels.set(panels);
  },
  reset: app => app.slots.panels.set(PANELS)
};
