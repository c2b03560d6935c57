/**
 * The first `limit` names that hold `part`, letters of both cases alike: an equal name first, then
 * those that begin with it, then the rest, each in their own order.
 */
export function findNames(names: readonly string[], part: string, limit: number): string[] {
  const asked = part.toLowerCase();
  if (asked === '') {
    return [];
  }
  const equal: string[] = [];
  const begin: string[] = [];
  const hold: string[] = [];
  for (const name of names) {
    const at = name.toLowerCase().indexOf(asked);
    if (at === -1) {
      continue;
    }
    (at > 0 ? hold : name.length === part.length ? equal : begin).push(name);
  }
  return [...equal, ...begin, ...hold].slice(0, limit);
}
