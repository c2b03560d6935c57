/** Names found by a part of them. */

/**
 * Places of the first `limit` names that hold `part`, letters of both cases alike: an equal name
 * first, then those that begin with it, then the rest, each in their own order.
 */
export function findPlaces(names: readonly string[], part: string, limit: number): number[] {
  const asked = part.toLowerCase();
  if (asked === '') {
    return [];
  }
  const equal: number[] = [];
  const begin: number[] = [];
  const hold: number[] = [];
  names.forEach((name, place) => {
    const at = name.toLowerCase().indexOf(asked);
    if (at !== -1) {
      (at > 0 ? hold : name.length === part.length ? equal : begin).push(place);
    }
  });
  return [...equal, ...begin, ...hold].slice(0, limit);
}

/** The names themselves. */
export function findNames(names: readonly string[], part: string, limit: number): string[] {
  return findPlaces(names, part, limit).map(place => names[place]!);
}
