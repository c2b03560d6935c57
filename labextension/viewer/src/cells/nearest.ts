/** Which cell is pointed at. */

/**
 * The visible cell nearest to a place on the screen.
 *
 * @param at - places of all cells, x and y interleaved; NaN for one that is not on the screen
 * @param visible - 1 a visible cell; null where all are
 * @param reach - how far away it may be
 * @returns its row, -1 if none is near
 */
export function nearestCell(
  at: Float32Array,
  visible: Uint8Array | null,
  [x, y]: readonly [number, number],
  reach: number
): number {
  let nearest = -1;
  let least = reach * reach;
  for (let cell = 0, i = 0; i < at.length; cell++, i += 2) {
    const dx = at[i]! - x;
    const dy = at[i + 1]! - y;
    const away = dx * dx + dy * dy;
    // Later cells are drawn over earlier ones, so of two at one place the later is seen.
    if (away <= least && (visible === null || visible[cell] === 1)) {
      least = away;
      nearest = cell;
    }
  }
  return nearest;
}
