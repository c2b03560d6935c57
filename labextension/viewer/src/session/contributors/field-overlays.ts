/** `core/field-overlays`: what was renamed, recoloured and deleted, and the fields that were made. */
import { readFields, writeFields } from '../../state/field-json';
import { NO_EDITS } from '../../state/fields';
import { say } from '../../state/messages';
import { settleReferences } from '../../state/settle';
import { text } from '../../text';
import { parseJson, type Contributor } from '../contributor';

const ID = 'core/field-overlays';

export const fieldOverlays: Contributor = {
  id: 'field-overlays',
  priority: 'eager',
  datasetDependent: true,
  owns: id => id === ID,
  capture: app => {
    const overlays = writeFields(app.slots.fields.signal.peek(), app.dataset);
    return [{ id: ID, label: 'Field edits', payload: { json: overlays } }];
  },
  prepare: (chunk, app) => {
    const { edits, leftOut } = readFields(parseJson(chunk), ID, app.dataset);
    return () => {
      const { nextField } = app.slots.fields.signal.peek();
      app.slots.fields.set({ ...edits, nextField: Math.max(nextField, edits.nextField) });
      for (const { name, why } of leftOut) {
        say(app, 'warning', text.fieldsLeftOut([name], why));
      }
    };
  },
  finish: app => {
    const edits = app.slots.fields.signal.peek();
    const whole = edits.made.filter(
      ({ made }) => made.kind !== 'category' || made.codes.length === app.dataset.nCells
    );
    if (whole.length < edits.made.length) {
      const lost = edits.made.filter(field => !whole.includes(field)).map(({ key }) => key);
      app.slots.fields.set({ ...edits, made: whole });
      say(app, 'warning', text.fieldsLeftOut(lost, text.noCodes));
    }
    settleReferences(app);
  },
  reset: app => {
    const { nextField } = app.slots.fields.signal.peek();
    app.slots.fields.set({ ...NO_EDITS, nextField });
  }
};
