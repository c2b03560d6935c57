/** Where the views stand in the picture: one over all of it, or several in a grid. */
import type { Rect } from '../state/types';
import type { Size } from './camera';

/** CSS pixels between two views. */
const GAP = 1;

/** A place for each view, row by row; whole pixels, and no wider than high where that can be had. */
export function gridOf(ids: readonly string[], size: Size): ReadonlyMap<string, Rect> {
  const columns = columnsFor(ids.length, size);
  const rows = Math.ceil(ids.length / columns);
  return new Map(
    ids.map((id, i) => {
      const row = Math.floor(i / columns);
      // The last row is shared among those that are in it.
      const inRow = row === rows - 1 ? ids.length - row * columns : columns;
      const across = part(i - row * columns, inRow, size.width);
      const down = part(row, rows, size.height);
      return [id, { left: across.from, top: down.from, width: across.size, height: down.size }];
    })
  );
}

/** The view under a point of the picture, and the point in that view; null between views. */
export function placeAt(
  places: ReadonlyMap<string, Rect>,
  [x, y]: readonly [x: number, y: number]
): { readonly viewId: string; readonly point: readonly [x: number, y: number] } | null {
  for (const [viewId, { left, top, width, height }] of places) {
    const point = [x - left, y - top] as const;
    if (point[0] >= 0 && point[1] >= 0 && point[0] < width && point[1] < height) {
      return { viewId, point };
    }
  }
  return null;
}

/** As many columns as make the views' short sides longest. */
function columnsFor(count: number, { width, height }: Size): number {
  let best = { columns: 1, side: -1 };
  for (let columns = 1; columns <= count; columns++) {
    const side = Math.min(width / columns, height / Math.ceil(count / columns));
    if (side > best.side) best = { columns, side };
  }
  return best.columns;
}

function part(index: number, count: number, length: number): { from: number; size: number } {
  if (count === 1) {
    return { from: 0, size: length };
  }
  const from = Math.round((index * (length + GAP)) / count);
  const next = Math.round(((index + 1) * (length + GAP)) / count);
  return { from, size: Math.max(next - GAP - from, 1) };
}
