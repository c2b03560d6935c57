/** What drags, pinches and turns of the wheel make of a view’s camera. */
import { panned, rotated, zoomed, type Size } from '../../render/camera';
import { flown, looked } from '../../render/fly';
import type { Camera, View } from '../../state/types';
import type { ScreenPoint } from '../../tools/tool';

export type CameraMove = 'pan' | 'rotate' | 'look';

/** CSS pixels of a wheel that move a flying camera by one embedding unit. */
const FLIGHT = 1200;

const MOVES = { pan: panned, rotate: rotated, look: looked } as const;

/** What a drag does in a view: the right button, and Shift, pan in 3D too. */
export function cameraMove(
  view: Pick<View, 'dimension' | 'navigation'>,
  { button, shiftKey }: { readonly button: number; readonly shiftKey: boolean }
): CameraMove {
  if (view.dimension !== 3 || button !== 0 || shiftKey) {
    return 'pan';
  }
  return view.navigation === 'fly' ? 'look' : 'rotate';
}

/** The camera after a drag from one point to another. */
export function dragged(
  move: CameraMove,
  camera: Camera,
  size: Size,
  from: ScreenPoint,
  to: ScreenPoint
): Camera {
  return MOVES[move](camera, size, to[0] - from[0], to[1] - from[1]);
}

/** The camera after a wheel was turned by so many CSS pixels over a point. */
export function wheeled(
  view: Pick<View, 'dimension' | 'navigation'>,
  camera: Camera,
  size: Size,
  [x, y]: ScreenPoint,
  turn: number
): Camera {
  const limited = Math.min(Math.max(turn, -300), 300);
  return view.dimension === 3 && view.navigation === 'fly'
    ? flown(camera, [0, 0, -limited / FLIGHT])
    : zoomed(camera, size, x, y, Math.exp(-limited * 0.0022));
}

/** Two fingers on a view. */
export type Fingers = readonly [ScreenPoint, ScreenPoint];

/** The camera after two fingers moved: what lay between them still does, as far apart as they are. */
export function pinched(camera: Camera, size: Size, from: Fingers, to: Fingers): Camera {
  const [before, after] = [middle(from), middle(to)];
  const apart = Math.max(distance(from), 1);
  const moved = panned(camera, size, after[0] - before[0], after[1] - before[1]);
  return zoomed(moved, size, after[0], after[1], Math.max(distance(to), 1) / apart);
}

function middle([[ax, ay], [bx, by]]: Fingers): ScreenPoint {
  return [(ax + bx) / 2, (ay + by) / 2];
}

function distance([[ax, ay], [bx, by]]: Fingers): number {
  return Math.hypot(bx - ax, by - ay);
}
