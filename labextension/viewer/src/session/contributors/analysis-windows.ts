/** `analysis/windows`: the open analysis windows with their settings; never their results. */
import { object, oneOf, own } from '../../base/check';
import { readWindows } from '../../state/windows';
import { parseJson, type Contributor } from '../contributor';

const CHUNK = 'analysis/windows';
const SCHEMA = 1;

export const analysisWindows: Contributor = {
  id: 'analysis-windows',
  priority: 'eager',
  datasetDependent: true,
  owns: id => id === CHUNK,
  capture: app => {
    const windows = app.windows.peek();
    const label = 'Analysis windows';
    return windows.length === 0
      ? []
      : [{ id: CHUNK, label, payload: { json: { schema: SCHEMA, windows } } }];
  },
  prepare: (chunk, { app }) => {
    const found = object(parseJson(chunk), CHUNK);
    oneOf(own(found, 'schema'), 'schema', [SCHEMA]);
    const windows = readWindows(own(found, 'windows'), 'windows');
    return () => app.slots.windows.set(windows);
  },
  reset: app => app.slots.windows.set([])
};
