/** The genes that what a person did is about: without them it could not be shown. */
import { parseFieldId } from '../data/field';
import type { App } from './app';
import type { FieldRef } from './types';

/** Genes that are shown, filtered by, copied, renamed or deleted, each once. */
export function usedGenes(app: App): readonly string[] {
  const fields = app.fields.value;
  const { edits } = fields;
  const edited = [...edits.names.keys(), ...edits.deleted.keys()].flatMap(id => parseFieldId(id) ?? []);
  const used: readonly (FieldRef | null)[] = [
    ...app.views.value.map(view => view.field),
    ...app.views.value.flatMap(({ filters }) =>
      // One that is switched off may be switched on there.
      filters.map(filter => (filter.kind === 'cells' ? null : filter.field))
    ),
    ...app.windows.value.flatMap(window => window.fields),
    ...edits.made.map(({ made }) => made.of),
    ...edited
  ];
  const genes = used
    .map(ref => ref && (fields.sourceOf(ref) ?? ref))
    .filter(ref => ref?.source === 'var' && app.dataset.has(ref))
    .map(ref => ref!.key);
  return [...new Set(genes)];
}
