/** What categories are called as they are shown: no two of a field are called the same. */
import type { FieldEdits } from './types';

/** Names that differ, from each other and from those that are taken: one that stood before gets a number. */
export function distinctNames(
  names: readonly string[],
  taken: Iterable<string> = []
): readonly string[] {
  const used = new Set(taken);
  const last = new Map<string, number>();
  return names.map(wanted => {
    let name = wanted;
    let n = last.get(wanted) ?? 1;
    while (used.has(name)) {
      name = `${wanted} (${++n})`;
    }
    last.set(wanted, n);
    used.add(name);
    return name;
  });
}

/**
 * The categories by the names that a person gave them. A name may clash where the data came to have
 * a category of it later, or where a file says so: then the data's own stays, and the given one is
 * told apart.
 */
export function shownLabels(
  categories: readonly string[],
  given: ReadonlyMap<string, string> | undefined
): readonly string[] {
  if (given === undefined) {
    return categories;
  }
  const own = categories.filter(name => !given.has(name));
  const renamed = categories.filter(name => given.has(name));
  const labels = distinctNames(renamed.map(name => given.get(name)!), own);
  const shown = new Map(renamed.map((name, i) => [name, labels[i]!]));
  return categories.map(name => shown.get(name) ?? name);
}

/** Given names of categories that are shown as others, since they clash: what they were, and are. */
export function clashes(
  given: FieldEdits['categories'],
  categoriesOf: (id: string) => readonly string[]
): readonly (readonly [string, string])[] {
  return [...given].flatMap(([id, names]) => {
    const categories = categoriesOf(id);
    return shownLabels(categories, names).flatMap((label, i) => {
      const name = names.get(categories[i]!) ?? label;
      return name === label ? [] : [[name, label] as const];
    });
  });
}
