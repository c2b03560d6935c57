/** Which cell is pointed at. */

/** CSS pixels around the pointer within which the cell in front is meant, not the nearest. */
const UNDER = 3;

/** How far cells are from the eye, for those that lie at one place of the screen. */
export interface Depth {
  /** Coordinates of all cells, three a cell. */
  readonly points: Float32Array;
  readonly eye: readonly [number, number, number];
}

/**
 * The visible cell at a place on the screen: the nearest one, and of those right under the pointer
 * in 3D the one in front.
 *
 * @param at - places of all cells, x and y interleaved; NaN for one that is not on the screen
 * @param visible - 1 a visible cell; null where all are
 * @param reach - how far away it may be
 * @param depth - null in a planar view
 * @returns its row, -1 if none is near
 */
export function nearestCell(
  at: Float32Array,
  visible: Uint8Array | null,
  [x, y]: readonly [number, number],
  reach: number,
  depth: Depth | null = null
): number {
  let nearest = -1;
  let least = reach * reach;
  let front = -1;
  let closest = Infinity;
  for (let cell = 0, i = 0; i < at.length; cell++, i += 2) {
    const dx = at[i]! - x;
    const dy = at[i + 1]! - y;
    const away = dx * dx + dy * dy;
    // Later cells are drawn over earlier ones, so of two at one place the later is seen.
    if (away <= least && (visible === null || visible[cell] === 1)) {
      least = away;
      nearest = cell;
    }
    if (depth !== null && away <= UNDER * UNDER && (visible === null || visible[cell] === 1)) {
      const far = distance(depth, cell);
      if (far < closest) {
        closest = far;
        front = cell;
      }
    }
  }
  return front < 0 ? nearest : front;
}

function distance({ points, eye }: Depth, cell: number): number {
  const i = 3 * cell;
  return (points[i]! - eye[0]) ** 2 + (points[i + 1]! - eye[1]) ** 2 + (points[i + 2]! - eye[2]) ** 2;
}
