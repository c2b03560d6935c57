/**
 * Proximity: press on a cell and drag a radius. It takes the visible cells no farther away in the
 * embedding: in an interval, a disk or a ball. Pressed beside the cells it starts from the middle of
 * the selection, or in a plane from where it is pressed.
 */
import { centroid, placeOf, within, type Place } from '../cells/space';
import { measure, text } from '../text';
import { onScreen, pixelAt } from './place';
import { STILL, Taking } from './taking';
import type { Gesture, ScreenPoint, Tool } from './tool';

export const proximity: Tool = {
  id: 'proximity',
  label: text.tool.proximity,
  key: 'p',
  hint: () => text.toolHint.proximity,
  obstacle: app => (app.points.value.state === 'ready' ? null : text.loadingPoints),
  begin: (context, viewId, at, operation) =>
    new ProximityGesture(new Taking(context, 'proximity', viewId, operation), at)
};

/** Where it starts: a cell (its row), the middle of the selection, or just a place. */
interface Start {
  readonly seed: number | 'selection' | null;
  readonly center: Place;
}

class ProximityGesture implements Gesture {
  private readonly start: Start | null;
  private radius = 0;

  constructor(
    private readonly taking: Taking,
    private readonly from: ScreenPoint
  ) {
    this.start = startAt(taking, from);
    this.move(from);
  }

  move(point: ScreenPoint): void {
    const { taking, start, from } = this;
    const { points, dimension, stage, viewId } = taking;
    if (start === null || points === null) {
      taking.say(point, text.pressOnCell);
      return;
    }
    const dragged = Math.hypot(point[0] - from[0], point[1] - from[1]);
    // Who clicks drags no radius.
    const radius = dragged < STILL ? 0 : dragged;
    this.radius = radius * pixelAt(stage.camera(viewId), stage.size(viewId), start.center);
    taking.outline(this.outline(radius));
    const cells = within(points, dimension, start.center, this.radius, taking.visible);
    taking.say(point, text.radiusTakes(measure(this.radius), taking.preview(cells)));
  }

  end(point: ScreenPoint): void {
    this.move(point);
    const { taking, start, radius } = this;
    const { points, dimension } = taking;
    if (start === null || points === null || (radius === 0 && typeof start.seed !== 'number')) {
      taking.clear();
      return;
    }
    const { seed, center } = start;
    taking.end(within(points, dimension, center, radius), {
      seed,
      center: center.slice(0, dimension),
      radius
    });
  }

  cancel(): void {
    this.taking.clear();
  }

  /** The edge of what is taken, so many pixels from the middle. */
  private outline(radius: number): ScreenPoint[] {
    const { stage, viewId, dimension } = this.taking;
    const size = stage.size(viewId);
    const [x, y] = onScreen(stage.camera(viewId), size, this.start!.center) ?? this.from;
    if (dimension === 1) {
      return [
        [x - radius, 0],
        [x + radius, 0],
        [x + radius, size.height],
        [x - radius, size.height]
      ];
    }
    return Array.from({ length: 64 }, (_, i) => {
      const angle = (i / 32) * Math.PI;
      return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
    });
  }
}

function startAt(taking: Taking, at: ScreenPoint): Start | null {
  const { points, dimension, app, stage, viewId } = taking;
  if (points === null) {
    return null;
  }
  const seed = taking.cellAt(at);
  if (seed !== null) {
    return { seed, center: placeOf(points, dimension, seed) };
  }
  const { cells } = app.candidate.peek();
  const middle = cells && centroid(points, dimension, cells);
  if (middle) {
    return { seed: 'selection', center: middle };
  }
  const place = stage.unproject(viewId, at);
  return place && { seed: null, center: [place[0], dimension === 1 ? 0 : place[1], 0] };
}
