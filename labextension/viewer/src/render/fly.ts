/** Cameras in flight, as plain values: moved through the cells, and turned around the eye. */
import { Vector3 } from 'three';
import type { Camera, Vec3 } from '../state/types';
import { FIELD_OF_VIEW, type Size } from './camera';

/** The camera moved so far to its right, up and forward, in embedding units. */
export function flown(camera: Camera, [x, y, z]: Vec3): Camera {
  const { right, up, forward } = axesOf(camera);
  const way = right.multiplyScalar(x).addScaledVector(up, y).addScaledVector(forward, z);
  return {
    ...camera,
    position: vec3(new Vector3(...camera.position).add(way)),
    target: vec3(new Vector3(...camera.target).add(way))
  };
}

/** The camera after a drag of (dx, dy) CSS pixels that takes what is under the pointer along. */
export function looked(camera: Camera, size: Size, dx: number, dy: number): Camera {
  const { right, up } = axesOf(camera);
  const perPixel = (FIELD_OF_VIEW * Math.PI) / 180 / camera.zoom / size.height;
  const position = new Vector3(...camera.position);
  const sight = new Vector3(...camera.target).sub(position);
  for (const [axis, angle] of [
    [up.clone(), dx * perPixel],
    [right, dy * perPixel]
  ] as const) {
    sight.applyAxisAngle(axis, angle);
    up.applyAxisAngle(axis, angle);
  }
  return { ...camera, target: vec3(position.add(sight)), up: vec3(up) };
}

function axesOf(camera: Camera): Record<'right' | 'up' | 'forward', Vector3> {
  const forward = new Vector3(...camera.target).sub(new Vector3(...camera.position)).normalize();
  const right = new Vector3().crossVectors(forward, new Vector3(...camera.up)).normalize();
  return { right, up: new Vector3().crossVectors(right, forward), forward };
}

function vec3(vector: Vector3): Vec3 {
  return [vector.x, vector.y, vector.z];
}
