/** `user-defined/codes/<field>`: the category of each cell, of fields that a person made. */
import { decodeCodes, encodeCodes } from '../../cells/code-codec';
import { fitCodes } from '../../state/made-codes';
import type { App } from '../../state/app';
import type { Chunk, Contributor } from '../contributor';

const CODES = 'user-defined/codes/';

export const userDefinedCodes: Contributor = {
  id: 'user-defined-codes',
  priority: 'lazy',
  datasetDependent: true,
  owns: id => id.startsWith(CODES),
  capture: app => {
    const chunks = chunksOf(app);
    // Every eager chunk stands before every lazy one.
    return [...chunks.filter(chunk => chunk.priority), ...chunks.filter(chunk => !chunk.priority)];
  },
  prepare: (chunk, app) => {
    const codes = decodeCodes(chunk.bytes, app.dataset.nCells);
    const id = chunk.id.slice(CODES.length);
    return () => {
      const edits = app.slots.fields.signal.peek();
      const made = edits.made.map(field => (field.id === id ? fitCodes(field, codes) : field));
      app.slots.fields.set({ ...edits, made });
    };
  },
  reset: () => undefined
};

function chunksOf(app: App): Chunk[] {
  const views = app.views.peek();
  const shown = new Set(views.flatMap(({ field }) => (field?.source === 'user' ? [field.key] : [])));
  return app.slots.fields.signal.peek().made.flatMap(({ id, key, made }): Chunk[] =>
    made.kind === 'category'
      ? [
          {
            id: `${CODES}${id}`,
            label: `Codes of ${key}`,
            payload: encodeCodes(made.codes),
            ...(shown.has(id) ? { priority: 'eager' } : {})
          }
        ]
      : []
  );
}
