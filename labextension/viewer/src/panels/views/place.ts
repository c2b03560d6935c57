/** A place on the screen, as a style. */
import type { Rect } from '../../state/types';

export function styleOf({ left, top, width, height }: Rect): Record<keyof Rect, string> {
  return { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` };
}
