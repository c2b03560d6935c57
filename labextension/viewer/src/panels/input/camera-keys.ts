/** Arrows, plus and minus: what they make of a camera. */
import { panned, rotated, zoomed, type Size } from '../../render/camera';
import type { Camera } from '../../state/types';

/** CSS pixels of the drag that an arrow stands for. */
const STEP = 40;
const ARROWS: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['ArrowLeft', [STEP, 0]],
  ['ArrowRight', [-STEP, 0]],
  ['ArrowUp', [0, STEP]],
  ['ArrowDown', [0, -STEP]]
]);
const ZOOMS: ReadonlyMap<string, number> = new Map([
  ['+', 1.25],
  ['=', 1.25],
  ['-', 0.8],
  ['_', 0.8]
]);

/** The camera after the key; null where the key moves none. */
export function cameraAfter(event: KeyboardEvent, camera: Camera, size: Size): Camera | null {
  const zoom = ZOOMS.get(event.key);
  if (zoom !== undefined) {
    return zoomed(camera, size, size.width / 2, size.height / 2, zoom);
  }
  const arrow = ARROWS.get(event.key);
  if (!arrow) {
    return null;
  }
  const turns = camera.mode === 'orbit' && !event.shiftKey;
  return (turns ? rotated : panned)(camera, size, arrow[0], arrow[1]);
}
