/** Edges of the graph between cells that are seen. */

type Rows = Uint16Array | Uint32Array;
/** 0 for a cell that is not seen; null where all are. */
type Mask = Uint8Array | null;

/**
 * Both cells of each edge between two cells that all masks show, one edge after the other.
 *
 * @param most - of more edges than that, so many are taken, evenly from first to last
 * @returns them, and how many there were
 */
export function visibleEdges(
  sources: Rows,
  targets: Rows,
  masks: readonly [Mask, Mask],
  most: number
): { readonly pairs: Uint32Array; readonly total: number } {
  const mask = both(masks);
  const total = mask === null ? sources.length : countVisible(sources, targets, mask);
  const kept = Math.min(total, most);
  const pairs = new Uint32Array(2 * kept);
  let seen = 0;
  let taken = 0;
  for (let i = 0; taken < kept; i++) {
    const source = sources[i]!;
    const target = targets[i]!;
    if (mask === null || (mask[source] === 1 && mask[target] === 1)) {
      seen += 1;
      if (Math.floor((seen * kept) / total) > taken) {
        pairs[2 * taken] = source;
        pairs[2 * taken + 1] = target;
        taken += 1;
      }
    }
  }
  return { pairs, total };
}

function both([first, second]: readonly [Mask, Mask]): Mask {
  return first && second ? first.map((shown, i) => shown & second[i]!) : (first ?? second);
}

function countVisible(sources: Rows, targets: Rows, mask: Uint8Array): number {
  let total = 0;
  for (let i = 0; i < sources.length; i++) {
    total += mask[sources[i]!]! & mask[targets[i]!]!;
  }
  return total;
}
