/** Values that are computed once for each object, and forgotten with it. */

/** A function that remembers what it gave for an object, as long as there is that object. */
export function perObject<K extends object, V>(compute: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, { readonly value: V }>();
  return key => {
    let found = known.get(key);
    if (found === undefined) {
      found = { value: compute(key) };
      known.set(key, found);
    }
    return found.value;
  };
}

/** The names of a list that is never edited, to look one up in. */
export const setOf = perObject((names: readonly string[]): ReadonlySet<string> => new Set(names));
