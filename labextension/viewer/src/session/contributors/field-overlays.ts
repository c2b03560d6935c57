/** `core/field-overlays`: what was renamed, recoloured and deleted, and the fields that were made. */
import { readFields, writeFields } from '../../state/field-json';
import { NO_EDITS } from '../../state/fields';
import { isAwaited } from '../../state/awaited';
import { say } from '../../state/messages';
import { settleReferences } from '../../state/settle';
import type { MadeField } from '../../state/types';
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
  prepare: (chunk, { app, nCells }) => {
    const { edits, leftOut } = readFields(parseJson(chunk), ID, app.dataset, nCells);
    return () => {
      const { nextField } = app.slots.fields.signal.peek();
      app.slots.fields.set({ ...edits, nextField: Math.max(nextField, edits.nextField) });
      for (const { name, why } of leftOut) {
        say(app, 'warning', text.fieldsLeftOut([name], why));
      }
    };
  },
  finish: settleReferences,
  giveUp: app => {
    const lost = new Set(app.slots.fields.signal.peek().made.filter(waits).map(({ key }) => key));
    if (lost.size === 0) {
      return;
    }
    app.changes.fill(app.slots.fields, edits => ({
      ...edits,
      made: edits.made.filter(field => !waits(field))
    }));
    say(app, 'warning', text.fieldsLeftOut([...lost], text.noCodes));
    app.changes.change(text.didRestore, () => settleReferences(app), {
      origin: 'restore',
      record: false
    });
  },
  reset: app => {
    const { nextField } = app.slots.fields.signal.peek();
    app.slots.fields.set({ ...NO_EDITS, nextField });
  }
};

function waits({ made }: MadeField): boolean {
  return made.kind === 'category' && isAwaited(made.codes);
}
