/** Lines over the picture: the outline of what a tool is about to take, view by view. */
import type { Rect } from '../state/types';

const SVG = 'http://www.w3.org/2000/svg';

export class Overlay {
  readonly element = document.createElementNS(SVG, 'svg');
  private readonly paths = new Map<string, SVGPathElement>();

  constructor() {
    this.element.setAttribute('class', 'cx-overlay');
    this.element.setAttribute('aria-hidden', 'true');
  }

  /**
   * A closed polygon in a view; null for none. What is outside of the view is cut off.
   *
   * @param place - where the view is; a view that is nowhere has none
   */
  outline(
    viewId: string,
    place: Rect | undefined,
    polygon: readonly (readonly [number, number])[] | null
  ): void {
    if (place === undefined || polygon === null || polygon.length < 2) {
      this.paths.get(viewId)?.parentElement?.remove();
      this.paths.delete(viewId);
      return;
    }
    const path = this.paths.get(viewId) ?? this.add(viewId);
    const box = { x: place.left, y: place.top, width: place.width, height: place.height };
    for (const [name, value] of Object.entries(box)) {
      path.parentElement?.setAttribute(name, String(value));
    }
    const corners = polygon.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`);
    path.setAttribute('d', `M${corners.join('L')}Z`);
  }

  private add(viewId: string): SVGPathElement {
    const part = document.createElementNS(SVG, 'svg');
    const path = document.createElementNS(SVG, 'path');
    part.append(path);
    this.element.append(part);
    this.paths.set(viewId, path);
    return path;
  }
}
