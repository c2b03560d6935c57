/**
 * Where single places of an embedding are on the screen, and how large a pixel is there: the
 * formulas told at `Camera` in `state/types.ts`.
 */
import type { Place } from '../cells/space';
import type { Camera, Vec3 } from '../state/types';
import type { ScreenPoint } from './tool';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Height at a distance of 1, with a vertical field of view of 45°. */
const OPEN = 2 * Math.tan(Math.PI / 8);

/** The pixel at which a place is drawn; null behind the eye. */
export function onScreen(camera: Camera, size: Size, place: Place): ScreenPoint | null {
  if (camera.mode === 'planar') {
    const scale = 1 / pixelAt(camera, size, place);
    const [x, y] = minus(place, camera.target);
    return [size.width / 2 + x * scale, size.height / 2 - y * scale];
  }
  const { right, up, forward } = axes(camera);
  const from = minus(place, camera.position);
  if (dot(from, forward) <= 0) {
    return null;
  }
  const pixel = pixelAt(camera, size, place);
  return [size.width / 2 + dot(from, right) / pixel, size.height / 2 - dot(from, up) / pixel];
}

/** How much of the embedding a CSS pixel is, at the depth of a place. */
export function pixelAt(camera: Camera, size: Size, place: Place): number {
  if (camera.mode === 'planar') {
    return 2 / (camera.zoom * Math.min(size.width, size.height));
  }
  const depth = dot(minus(place, camera.position), axes(camera).forward);
  return (OPEN * depth) / (camera.zoom * size.height);
}

function axes(camera: Camera): { right: Vec3; up: Vec3; forward: Vec3 } {
  const forward = unit(minus(camera.target, camera.position));
  const right = unit(cross(forward, camera.up));
  return { right, up: cross(right, forward), forward };
}

function minus(a: Vec3, b: Vec3): Vec3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function dot(a: Vec3, b: Vec3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function cross(a: Vec3, b: Vec3): Vec3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function unit(a: Vec3): Vec3 {
  const length = Math.hypot(...a);
  return [a[0] / length, a[1] / length, a[2] / length];
}
