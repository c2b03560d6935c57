/** What a dataset's parts are called: shared by the dataset and the state that refers to it. */

export type Dimension = 1 | 2 | 3;

/** Longest name of a field: there are genes called by their whole sequence. */
export const MAX_KEY = 10_000;
/** Longest name of a category. */
export const MAX_CATEGORY = 100_000;

/**
 * A column of obs, a gene (a row of var), or a field that a person made: then the key is its id,
 * which stays when it is renamed.
 */
export interface FieldRef {
  readonly source: 'obs' | 'var' | 'user';
  readonly key: string;
}

/** A field in messages, sessions and caches: `obs:leiden`. */
export function fieldId(ref: FieldRef): string {
  return `${ref.source}:${ref.key}`;
}

/** The field a `fieldId` stands for; null for anything else. */
export function parseFieldId(id: string): FieldRef | null {
  const [, source, key] = /^(obs|var|user):(.*)$/s.exec(id) ?? [];
  return source === 'obs' || source === 'var' || source === 'user' ? { source, key: key! } : null;
}
