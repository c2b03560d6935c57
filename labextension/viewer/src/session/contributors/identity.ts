/** `identity/obs-names`: the cells' names, so that a session finds its cells after rows moved. */
import type { Contributor } from '../contributor';

export const identity: Contributor = {
  id: 'identity',
  priority: 'lazy',
  datasetDependent: true,
  owns: id => id === 'identity/obs-names',
  capture: async app => [
    {
      id: 'identity/obs-names',
      label: 'Names of the cells',
      payload: new Uint8Array(await app.shown.read(dataset => dataset.names()))
    }
  ],
  // They are for Python, and no part of the state.
  prepare: () => () => undefined,
  reset: () => undefined
};
