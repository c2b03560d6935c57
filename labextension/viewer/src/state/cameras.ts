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
 * Looking around is not undone: views come back with the cameras they have now, but for those that
 * the step itself set.
 *
 * @param from - the views on the other side of the step
 * @param leader - where cameras are locked: the view whose cameras all have
 */
export function withCameras(
  back: readonly View[],
  now: readonly View[],
  from: readonly View[],
  leader: View | null
): readonly View[] {
  const of = (views: readonly View[], { id }: View): View | undefined =>
    views.find(view => view.id === id);
  const isSet = (view: View): boolean => {
    const other = of(from, view);
    return other !== undefined && DIMENSIONS.some(d => view.cameras[d] !== other.cameras[d]);
  };
  if (leader !== null && isSet(of(back, leader) ?? back[0]!)) {
    return back;
  }
  return back.map(view => {
    if (leader === null && isSet(view)) {
      return view;
    }
    const { cameras } = leader ?? of(now, view) ?? view;
    return cameras === view.cameras ? view : { ...view, cameras };
  });
}
