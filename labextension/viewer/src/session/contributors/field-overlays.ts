/** `core/field-overlays`: renamed, deleted and user-defined fields. This version makes none yet. */
import type { Contributor } from '../contributor';

export const fieldOverlays: Contributor = {
  id: 'field-overlays',
  priority: 'eager',
  datasetDependent: true,
  capture: () => {
    const overlays = {
      renames: { fields: {}, categories: {} },
      deletedFields: { deleted: [], purged: [] },
      userDefinedFields: []
    };
    return [{ id: 'core/field-overlays', label: 'Field edits', payload: { json: overlays } }];
  }
};
