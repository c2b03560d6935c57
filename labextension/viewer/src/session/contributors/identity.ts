/** `identity/obs-names`: the cells' names, so that a session finds its cells after rows moved. */
import { countNames } from '../../cells/places';
import type { App } from '../../state/app';
import { bytesOf, type Chunk, type Contributor } from '../contributor';

export const identity: Contributor = {
  id: 'identity',
  priority: 'lazy',
  datasetDependent: true,
  owns: id => id === 'identity/obs-names',
  capture: (app, names) => (names === 'all' ? namesOf(app) : []),
  // They are no part of the state.
  prepare: (chunk, { nCells }) => {
    const names = countNames(bytesOf(chunk));
    if (names > nCells) {
      throw new RangeError(`names of the cells: ${names} for ${nCells} cells`);
    }
    return () => undefined;
  },
  reset: () => undefined
};

async function namesOf(app: App): Promise<readonly Chunk[]> {
  const names = await app.shown.read(dataset => dataset.names());
  const payload = new Uint8Array(names);
  return [{ id: 'identity/obs-names', label: 'Names of the cells', payload }];
}
