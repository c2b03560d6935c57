/** `core/field-overlays`: renamed, deleted and user-defined fields. This version makes none yet. */
import { object } from '../../base/check';
import { parseJson, type Contributor } from '../contributor';

export const fieldOverlays: Contributor = {
  id: 'field-overlays',
  priority: 'eager',
  datasetDependent: true,
  owns: id => id === 'core/field-overlays',
  capture: () => {
    const overlays = {
      renames: { fields: {}, categories: {} },
      deletedFields: { deleted: [], purged: [] },
      userDefinedFields: []
    };
    return [{ id: 'core/field-overlays', label: 'Field edits', payload: { json: overlays } }];
  },
  prepare: chunk => {
    object(parseJson(chunk), 'core/field-overlays');
    return () => undefined;
  },
  reset: () => undefined
};
