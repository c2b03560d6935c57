/** Which cameras views have when they are locked together, or come back. */
import type { Dimension, View } from './types';

const DIMENSIONS: readonly Dimension[] = [1, 2, 3];

/** All views with one camera a dimension: that of the first view that shows it, `first` before all. */
export function joined(views: readonly View[], first: View): readonly View[] {
  const cameras = Object.fromEntries(
    DIMENSIONS.flatMap(dimension => {
      const leader = [first, ...views].find(view => view.dimension === dimension) ?? first;
      const camera = leader.cameras[dimension];
      return camera === undefined ? [] : [[dimension, camera]];
    })
  ) as View['cameras'];
  return views.map(view => ({ ...view, cameras }));
}

/**
 * Looking around is not undone: views come back with the cameras they have now.
 *
 * @param leader - where cameras are locked: the view whose cameras all have
 */
export function withCameras(
  back: readonly View[],
  now: readonly View[],
  leader: View | null
): readonly View[] {
  return back.map(view => {
    const cameras = (leader ?? now.find(({ id }) => id === view.id) ?? view).cameras;
    return cameras === view.cameras ? view : { ...view, cameras };
  });
}
