/** `user-defined/codes/<field>`: the category of each cell, of fields that a person made. */
import { perObject } from '../../base/memo';
import { decodeCodes, encodeCodes } from '../../cells/code-codec';
import { fitCodes } from '../../state/made-codes';
import { isAwaited } from '../../state/awaited';
import type { App } from '../../state/app';
import type { MadeField, StoredPart } from '../../state/types';
import { bytesOf, type Chunk, type Contributor } from '../contributor';

const CODES = 'user-defined/codes/';

export const userDefinedCodes: Contributor = {
  id: 'user-defined-codes',
  priority: 'lazy',
  datasetDependent: true,
  owns: id => id.startsWith(CODES),
  capture: chunksOf,
  prepare: (chunk, { app, nCells, rows }) => {
    const found = decodeCodes(bytesOf(chunk), nCells);
    const codes = rows === null ? found : rows.codes(found);
    const id = chunk.id.slice(CODES.length);
    const waits = (field: MadeField): boolean =>
      field.id === id && field.made.kind === 'category' && isAwaited(field.made.codes);
    const fitted = perObject((field: MadeField) => fitCodes(field, codes));
    // What takes its time is done now, where the field is there already.
    app.slots.fields.signal.peek().made.filter(waits).forEach(fitted);
    return () =>
      app.changes.fill(app.slots.fields, edits =>
        edits.made.some(waits)
          ? { ...edits, made: edits.made.map(one => (waits(one) ? fitted(one) : one)) }
          : edits
      );
  },
  reset: () => undefined
};

function chunksOf(app: App): (Chunk | StoredPart)[] {
  const views = app.views.peek();
  const shown = new Set(views.flatMap(({ field }) => (field?.source === 'user' ? [field.key] : [])));
  return app.slots.fields.signal.peek().made.flatMap(({ id, key, made }): (Chunk | StoredPart)[] => {
    if (made.kind !== 'category') {
      return [];
    }
    const chunk = `${CODES}${id}`;
    if (isAwaited(made.codes)) {
      const part = app.arrival.peek()?.waiting.get(chunk);
      return part === undefined ? [] : [part];
    }
    return [
      {
        id: chunk,
        label: `Codes of ${key}`,
        payload: encodeCodes(made.codes),
        ...(shown.has(id) ? { priority: 'eager' } : {})
      }
    ];
  });
}
