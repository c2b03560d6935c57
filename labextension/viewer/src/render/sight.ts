/** Whether a person can see an element: it is in the window, and the window is not behind others. */

/** So long a picture may be out of sight and still be wanted at once. */
export const AWAY_MILLISECONDS = 3000;

/**
 * Tells at once, and whenever it changes; returns what ends it. It is asked of the outermost window,
 * so that a page in a frame hears when its frame is scrolled away.
 */
export function watchSight(element: Element, tell: (inSight: boolean) => void): () => void {
  let within = true;
  let last: boolean | null = null;
  const look = (): void => {
    const inSight = within && document.visibilityState === 'visible';
    if (inSight !== last) {
      last = inSight;
      tell(inSight);
    }
  };
  const observer = new IntersectionObserver(entries => {
    within = entries.at(-1)?.isIntersecting ?? within;
    look();
  });
  observer.observe(element);
  document.addEventListener('visibilitychange', look);
  look();
  return () => {
    observer.disconnect();
    document.removeEventListener('visibilitychange', look);
  };
}
