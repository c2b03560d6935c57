/** What a field may be called: names differ among the fields that are shown. */
import { text } from '../text';
import type { Fields } from './fields';
import type { FieldRef } from './types';

export const MAX_NAME = 200;

const { fieldEdits } = text;

/** Why a field can't be called so, in words; null where it can. `but` is the one that is renamed. */
export function nameProblem(fields: Fields, name: string, but: FieldRef | null = null): string | null {
  const problem = badName(name) ?? (name.includes(':') ? fieldEdits.colonName(name) : null);
  return problem ?? (fields.isTaken(name, but) ? fieldEdits.takenName(name) : null);
}

/** Why neither a field nor a category can be called so. */
export function badName(name: string): string | null {
  if (name.trim() === '') {
    return fieldEdits.emptyName;
  }
  return name.length > MAX_NAME ? fieldEdits.longName(name.length, MAX_NAME) : null;
}

/** A name that no field has: of the field it was made from, with what was done to it. */
export function derivedName(fields: Fields, from: string, done: string): string {
  const base = from.replaceAll(':', ' ').slice(0, MAX_NAME - 30);
  for (let n = 1; ; n++) {
    const name = n === 1 ? `${base} (${done})` : `${base} (${done} ${n})`;
    if (!fields.isTaken(name, null)) {
      return name;
    }
  }
}
