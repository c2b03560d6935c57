import { useEffect } from 'preact/hooks';
import type { Column } from '../../data/dataset';
import { fieldId } from '../../data/field';
import type { App } from '../../state/app';
import type { Loaded } from '../../state/shown';
import type { FieldRef } from '../../state/types';

/** A field's column, loaded as long as the component lives; null for no field, or one that is gone. */
export function useColumn(app: App, ref: FieldRef | null): Loaded<Column> | null {
  const known = ref !== null && app.fields.value.has(ref);
  const id = known ? fieldId(ref) : null;
  useEffect(
    () => (ref === null || id === null ? undefined : app.need({ columns: [ref] })),
    // A reference made anew is the same field.
    [app, id]
  );
  return known ? app.columns.of(ref) : null;
}
