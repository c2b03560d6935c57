/** Commands on fields: rename, copy, delete, restore, purge. What the data have never changes. */
import { fieldId } from '../data/field';
import { text } from '../text';
import type { App } from './app';
import type { ChangeOptions } from './change';
import { nameProblem } from './field-names';
import { say } from './messages';
import { settled } from './settle';
import type { FieldEdits, FieldRef, MadeField } from './types';
import { setField } from './views';

const { fieldEdits } = text;

/** Call a field by another name; its own is kept. */
export function renameField(app: App, ref: FieldRef, name: string): void {
  const fields = app.fields.peek();
  const now = fields.nameOf(ref);
  // What the data call it is always a name for it, unless another has it by now.
  const own = ref.source !== 'user' && name === ref.key;
  const wanted = own ? name : name.trim();
  if (wanted === now) {
    return;
  }
  if (!fields.has(ref)) {
    say(app, 'error', fieldEdits.notThere(now));
    return;
  }
  const taken = fields.isTaken(wanted, ref) ? fieldEdits.takenName(wanted) : null;
  const problem = own ? taken : nameProblem(fields, wanted, ref);
  if (problem !== null) {
    say(app, 'error', problem);
    return;
  }
  editFields(app, fieldEdits.renamed(now, wanted), edits =>
    ref.source === 'user'
      ? withMade(edits, ref, { key: wanted })
      : { names: changed(edits.names, fieldId(ref), own ? null : wanted) }
  );
}

/** Make another name for a field of numbers or a gene, and show it. */
export function copyField(app: App, ref: FieldRef, name: string): void {
  const fields = app.fields.peek();
  const wanted = name.trim();
  const kind = fields.kindOf(ref);
  const problem =
    kind === null
      ? fieldEdits.notThere(fields.nameOf(ref))
      : kind === 'categorical'
        ? fieldEdits.notNumbers(fields.nameOf(ref))
        : nameProblem(fields, wanted);
  const source = fields.sourceOf(ref);
  if (problem !== null || source === null) {
    say(app, 'error', problem ?? fieldEdits.notThere(fields.nameOf(ref)));
    return;
  }
  app.changes.change(fieldEdits.copied(fields.nameOf(ref)), () => {
    const copy = addField(app, {
      key: wanted,
      source: source.source === 'var' ? 'var' : 'obs',
      made: { kind: 'continuous', of: source },
      extra: {}
    });
    setField(app, copy);
  });
}

/** Put a field out of sight; no view is coloured or filtered by it then. */
export function deleteField(app: App, ref: FieldRef): void {
  const fields = app.fields.peek();
  const name = fields.nameOf(ref);
  if (!fields.has(ref)) {
    say(app, 'error', fieldEdits.notThere(name));
    return;
  }
  app.changes.change(fieldEdits.deleted(name), () => {
    hideField(app, ref);
    app.slots.views.set(settled(app.views.peek(), app.fields.peek()).views);
  });
  say(app, 'info', fieldEdits.saidDeleted(name));
}

/** Have a deleted field back. */
export function restoreField(app: App, ref: FieldRef): void {
  const fields = app.fields.peek();
  const name = fields.nameOf(ref);
  if (fields.stateOf(ref) !== 'deleted') {
    say(app, 'error', fieldEdits.notThere(name));
  } else if (fields.isTaken(name, ref)) {
    say(app, 'error', fieldEdits.takenRestore(name));
  } else {
    editFields(app, fieldEdits.restored(name), edits =>
      ref.source === 'user'
        ? withMade(edits, ref, { state: 'shown' })
        : { deleted: changed(edits.deleted, fieldId(ref), null) }
    );
  }
}

/** Give up a deleted field for good: one of the data is never listed again, a made one is gone. */
export function purgeField(app: App, ref: FieldRef): void {
  const fields = app.fields.peek();
  if (fields.stateOf(ref) === 'deleted') {
    editFields(app, fieldEdits.purged(fields.nameOf(ref)), edits =>
      ref.source === 'user'
        ? { made: edits.made.filter(field => field.id !== ref.key) }
        : { deleted: changed(edits.deleted, fieldId(ref), 'purged') }
    );
  }
}

/** A field as it is made; its name was looked at with `nameProblem`. */
export type NewField = Pick<MadeField, 'key' | 'source' | 'made' | 'extra'>;

/** Add a field that a person made, within a change; returns what it is referred to by. */
export function addField(app: App, field: NewField): FieldRef {
  const edits = app.slots.fields.signal.peek();
  const id = `user_${field.made.kind === 'category' ? 'cat' : 'num'}_${edits.nextField}`;
  const made: MadeField = { ...field, id, state: 'shown', createdAt: Date.now() };
  app.slots.fields.set({
    ...edits,
    made: [...edits.made, made],
    nextField: edits.nextField + 1
  });
  return { source: 'user', key: id };
}

/** Put a field out of sight, within a change; views are brought in line by who calls it. */
export function hideField(app: App, ref: FieldRef): void {
  const edits = app.slots.fields.signal.peek();
  const parts =
    ref.source === 'user'
      ? withMade(edits, ref, { state: 'deleted' })
      : { deleted: changed(edits.deleted, fieldId(ref), 'deleted' as const) };
  app.slots.fields.set({ ...edits, ...parts });
}

/** Change parts of the edits, as one step of undo. */
export function editFields(
  app: App,
  label: string,
  parts: (edits: FieldEdits) => Partial<FieldEdits>,
  options: ChangeOptions = {}
): void {
  app.changes.change(
    label,
    () => {
      const edits = app.slots.fields.signal.peek();
      app.slots.fields.set({ ...edits, ...parts(edits) });
    },
    options
  );
}

/** The made fields with another one in the place of this. */
export function withMade(
  edits: FieldEdits,
  ref: FieldRef,
  parts: Partial<MadeField>
): Pick<FieldEdits, 'made'> {
  return {
    made: edits.made.map(field => (field.id === ref.key ? { ...field, ...parts } : field))
  };
}

/** A map with another value under a key; null takes it out. */
export function changed<V>(
  map: ReadonlyMap<string, V>,
  key: string,
  value: V | null
): ReadonlyMap<string, V> {
  const next = new Map(map);
  if (value === null) {
    next.delete(key);
  } else {
    next.set(key, value);
  }
  return next;
}
