/**
 * Cameras as plain values: where a cell is drawn, and what a drag or a turn of the wheel makes of a
 * camera. The formulas are the ones told at `Camera` in `state/types.ts`; all of it in double
 * precision and without WebGL, so that a selection can be checked against the picture.
 */
import { Matrix4, PerspectiveCamera, Vector3 } from 'three';
import type { Camera, Dimension, Vec3 } from '../state/types';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A box around all cells that have a position. */
export interface Bounds {
  readonly center: Vec3;
  readonly half: Vec3;
  /** Distance of the farthest cell from the center. */
  readonly radius: number;
}

/** Of an orbit camera: degrees from the lower to the upper end of the picture. */
export const FIELD_OF_VIEW = 45;
/** Room left around the cells of a planar view. */
const MARGIN = 1.08;
const ZOOM_LIMITS = [0.05, 2000] as const;
const DISTANCE_LIMITS = [0.02, 60] as const;
/** Where a 3D view is looked at from at first: a little from above and the side, so depth shows. */
const FIRST_LOOK: Vec3 = [0.45, 0.35, 1];

export function modeOf(dimension: Dimension): Camera['mode'] {
  return dimension === 3 ? 'orbit' : 'planar';
}

/** The box around the cells; around the origin when no cell has a position. */
export function boundsOf(points: Float32Array, dimension: Dimension): Bounds {
  const along = (axis: number): { middle: number; half: number } => {
    let least = Infinity;
    let most = -Infinity;
    for (let i = axis; axis < dimension && i < points.length; i += dimension) {
      const value = points[i]!;
      // Written so that NaN changes nothing; an infinite place cannot be framed.
      if (value < least && value > -Infinity) least = value;
      if (value > most && value < Infinity) most = value;
    }
    return least <= most
      ? { middle: (least + most) / 2, half: (most - least) / 2 }
      : { middle: 0, half: 0 };
  };
  const [x, y, z] = [along(0), along(1), along(2)];
  const center: Vec3 = [x.middle, y.middle, z.middle];
  const half: Vec3 = [x.half, y.half, z.half];
  return { center, half, radius: radiusAround(center, points, dimension) };
}

function radiusAround(center: Vec3, points: Float32Array, dimension: Dimension): number {
  let farthest = 0;
  for (let i = 0; i < points.length; i += dimension) {
    let square = 0;
    for (let axis = 0; axis < dimension; axis++) {
      square += (points[i + axis]! - center[axis]!) ** 2;
    }
    if (square > farthest && square < Infinity) farthest = square;
  }
  return Math.sqrt(farthest);
}

/** The camera that shows all cells. */
export function framed(bounds: Bounds, dimension: Dimension, size: Size): Camera {
  const [hx, hy] = bounds.half;
  if (modeOf(dimension) === 'planar') {
    const side = Math.min(size.width, size.height);
    const across = size.width / side / Math.max(hx, 1e-6);
    const upward = size.height / side / Math.max(hy, 1e-6);
    const zoom = hx === 0 && hy === 0 ? 1 : Math.min(across, upward) / MARGIN;
    return {
      mode: 'planar',
      position: [bounds.center[0], bounds.center[1], 1],
      target: [bounds.center[0], bounds.center[1], 0],
      up: [0, 1, 0],
      zoom: clamp(zoom, ZOOM_LIMITS)
    };
  }
  const radius = Math.max(bounds.radius, 1e-3);
  const upward = radians(FIELD_OF_VIEW / 2);
  const across = Math.atan(Math.tan(upward) * (size.width / size.height));
  const distance = clamp(radius / Math.sin(Math.min(upward, across)), DISTANCE_LIMITS);
  const offset = new Vector3(...FIRST_LOOK).setLength(distance);
  const target = new Vector3(...bounds.center);
  return orbit(target.clone().add(offset), target, new Vector3(0, 1, 0), 1);
}

/** CSS pixels an embedding unit takes in a planar view. */
export function planarScale(camera: Camera, size: Size): number {
  return (camera.zoom * Math.min(size.width, size.height)) / 2;
}

/** From embedding coordinates to WebGL's clip space. */
export function clipMatrix(camera: Camera, size: Size): Matrix4 {
  if (camera.mode === 'planar') {
    const scale = planarScale(camera, size);
    const sx = (2 * scale) / size.width;
    const sy = (2 * scale) / size.height;
    const [tx, ty] = camera.target;
    return new Matrix4().set(sx, 0, 0, -tx * sx, 0, sy, 0, -ty * sy, 0, 0, 0, 0, 0, 0, 0, 1);
  }
  const position = new Vector3(...camera.position);
  const distance = position.distanceTo(new Vector3(...camera.target));
  const lens = new PerspectiveCamera(
    FIELD_OF_VIEW,
    size.width / size.height,
    Math.max(distance / 500, 1e-4),
    Math.max(distance * 4, position.length() + 4)
  );
  lens.zoom = camera.zoom;
  lens.updateProjectionMatrix();
  lens.position.copy(position);
  lens.up.set(...camera.up);
  lens.lookAt(...camera.target);
  lens.updateMatrixWorld();
  return lens.projectionMatrix.clone().multiply(lens.matrixWorldInverse);
}

/**
 * Screen positions of all cells, x and y interleaved in CSS pixels from the top left corner; NaN for
 * a cell behind the camera or without a position.
 */
export function projectAll(
  points: Float32Array,
  dimension: Dimension,
  camera: Camera,
  size: Size
): Float32Array {
  const count = Math.floor(points.length / dimension);
  const screen = new Float32Array(count * 2);
  if (camera.mode === 'planar') {
    const scale = planarScale(camera, size);
    const left = size.width / 2 - camera.target[0] * scale;
    const top = size.height / 2 + camera.target[1] * scale;
    for (let i = 0; i < count; i++) {
      const y = dimension === 1 ? 0 : points[i * dimension + 1]!;
      screen[2 * i] = left + points[i * dimension]! * scale;
      screen[2 * i + 1] = top - y * scale;
    }
    return screen;
  }
  const m = clipMatrix(camera, size).elements;
  const halfWidth = size.width / 2;
  const halfHeight = size.height / 2;
  for (let i = 0; i < count; i++) {
    const x = points[3 * i]!;
    const y = points[3 * i + 1]!;
    const z = points[3 * i + 2]!;
    const w = m[3] * x + m[7] * y + m[11] * z + m[15];
    if (w > 0) {
      screen[2 * i] = halfWidth * (1 + (m[0] * x + m[4] * y + m[8] * z + m[12]) / w);
      screen[2 * i + 1] = halfHeight * (1 - (m[1] * x + m[5] * y + m[9] * z + m[13]) / w);
    } else {
      screen[2 * i] = NaN;
      screen[2 * i + 1] = NaN;
    }
  }
  return screen;
}

/** From a place on the screen to embedding coordinates; null in an orbit view. */
export function unprojectPlanar(
  camera: Camera,
  size: Size,
  x: number,
  y: number
): readonly [number, number] | null {
  if (camera.mode !== 'planar') {
    return null;
  }
  const scale = planarScale(camera, size);
  return [
    camera.target[0] + (x - size.width / 2) / scale,
    camera.target[1] - (y - size.height / 2) / scale
  ];
}

/** The camera after the picture was dragged by (dx, dy) CSS pixels. */
export function panned(camera: Camera, size: Size, dx: number, dy: number): Camera {
  const { right, up, perPixel } = screenAxes(camera, size);
  const shift = right.multiplyScalar(-dx * perPixel).addScaledVector(up, dy * perPixel);
  return {
    ...camera,
    position: vec3(new Vector3(...camera.position).add(shift)),
    target: vec3(new Vector3(...camera.target).add(shift))
  };
}

/** The camera `factor` times nearer, what lies under (x, y) staying there. */
export function zoomed(camera: Camera, size: Size, x: number, y: number, factor: number): Camera {
  const { right, up, perPixel, distance } = screenAxes(camera, size);
  const fixed = new Vector3(...camera.target)
    .addScaledVector(right, (x - size.width / 2) * perPixel)
    .addScaledVector(up, (size.height / 2 - y) * perPixel);
  if (camera.mode === 'planar') {
    const zoom = clamp(camera.zoom * factor, ZOOM_LIMITS);
    const target = new Vector3(...camera.target).lerp(fixed, 1 - camera.zoom / zoom);
    return { ...camera, position: [target.x, target.y, 1], target: [target.x, target.y, 0], zoom };
  }
  const nearer = clamp(distance / factor, DISTANCE_LIMITS) / distance;
  const target = new Vector3(...camera.target).lerp(fixed, 1 - nearer);
  const offset = new Vector3(...camera.position).sub(new Vector3(...camera.target));
  return {
    ...camera,
    position: vec3(target.clone().addScaledVector(offset, nearer)),
    target: vec3(target)
  };
}

/** The orbit camera after a drag of (dx, dy) CSS pixels: the short side of the view is half a turn. */
export function rotated(camera: Camera, size: Size, dx: number, dy: number): Camera {
  const { right, up } = screenAxes(camera, size);
  const perPixel = Math.PI / Math.min(size.width, size.height);
  const target = new Vector3(...camera.target);
  const offset = new Vector3(...camera.position).sub(target);
  for (const [axis, angle] of [
    [up.clone(), -dx * perPixel],
    [right, -dy * perPixel]
  ] as const) {
    offset.applyAxisAngle(axis, angle);
    up.applyAxisAngle(axis, angle);
  }
  return orbit(target.clone().add(offset), target, up, camera.zoom);
}

/** What is right and up on the screen, and how much of it a CSS pixel is at the target's depth. */
function screenAxes(
  camera: Camera,
  size: Size
): { right: Vector3; up: Vector3; perPixel: number; distance: number } {
  if (camera.mode === 'planar') {
    return {
      right: new Vector3(1, 0, 0),
      up: new Vector3(0, 1, 0),
      perPixel: 1 / planarScale(camera, size),
      distance: 1
    };
  }
  const forward = new Vector3(...camera.target).sub(new Vector3(...camera.position));
  const distance = forward.length();
  const right = new Vector3().crossVectors(forward, new Vector3(...camera.up)).normalize();
  const up = new Vector3().crossVectors(right, forward).normalize();
  const seen = (2 * distance * Math.tan(radians(FIELD_OF_VIEW / 2))) / camera.zoom;
  return { right, up, perPixel: seen / size.height, distance };
}

function orbit(position: Vector3, target: Vector3, up: Vector3, zoom: number): Camera {
  return { mode: 'orbit', position: vec3(position), target: vec3(target), up: vec3(up), zoom };
}

function vec3(vector: Vector3): Vec3 {
  return [vector.x, vector.y, vector.z];
}

function clamp(value: number, [low, high]: readonly [number, number]): number {
  return Math.min(Math.max(value, low), high);
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
