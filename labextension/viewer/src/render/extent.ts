/** How large an element is, and how fine the screen it is on: a window can be dragged to another. */
import type { Size } from './camera';

/**
 * Tells at once, and whenever either changes; returns what ends it.
 *
 * @param tell - is given the size in CSS pixels, and how many pixels of the screen each of them is
 */
export function watchExtent(
  element: Element,
  tell: (size: Size, ratio: number) => void
): () => void {
  let last = '';
  let unlisten = (): void => undefined;
  const look = (): void => {
    const { width, height } = element.getBoundingClientRect();
    const ratio = window.devicePixelRatio;
    const now = [width, height, ratio].join(' × ');
    if (now !== last && width >= 1 && height >= 1) {
      last = now;
      tell({ width, height }, ratio);
    }
  };
  /** A query is about one ratio: with another there is another query. */
  const listen = (): void => {
    unlisten();
    const query = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    const changed = (): void => {
      listen();
      look();
    };
    query.addEventListener('change', changed);
    unlisten = () => query.removeEventListener('change', changed);
  };
  const sizes = new ResizeObserver(look);
  sizes.observe(element);
  listen();
  look();
  return () => {
    sizes.disconnect();
    unlisten();
  };
}
