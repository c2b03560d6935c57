import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { cameraMove, dragged, pinched, wheeled, type Fingers } from '../../../src/panels/input/drag';
import { projectAll } from '../../../src/render/camera';
import type { Camera } from '../../../src/state/types';

const SIZE = { width: 400, height: 300 };
const PLANAR: Camera = {
  mode: 'planar',
  position: [0.2, 0.1, 1],
  target: [0.2, 0.1, 0],
  up: [0, 1, 0],
  zoom: 1.5
};
const ORBIT: Camera = {
  mode: 'orbit',
  position: [0, 0, 3],
  target: [0, 0, 0],
  up: [0, 1, 0],
  zoom: 1
};
const LEFT = { button: 0, shiftKey: false };

function onScreen(camera: Camera, point: readonly number[]): number[] {
  return [...projectAll(Float32Array.from(point), point.length as 2 | 3, camera, SIZE)];
}

it('pans, turns or looks, by the view, the button and Shift', () => {
  const planar = { dimension: 2, navigation: 'fly' } as const;
  const orbit = { dimension: 3, navigation: 'orbit' } as const;
  const fly = { dimension: 3, navigation: 'fly' } as const;
  expect([planar, orbit, fly].map(view => cameraMove(view, LEFT))).toEqual(['pan', 'rotate', 'look']);
  expect([orbit, fly].map(view => cameraMove(view, { ...LEFT, shiftKey: true }))).toEqual(['pan', 'pan']);
  expect([orbit, fly].map(view => cameraMove(view, { ...LEFT, button: 2 }))).toEqual(['pan', 'pan']);
});

it('takes along what is under the pointer, where it pans and where it looks around', () => {
  const panned = dragged('pan', PLANAR, SIZE, [10, 20], [40, 25]);
  const [x, y] = onScreen(PLANAR, [0.5, 0.4]);
  const [px, py] = onScreen(panned, [0.5, 0.4]);
  expect([px! - x!, py! - y!].map(Math.round)).toEqual([30, 5]);
  const looked = dragged('look', ORBIT, SIZE, [200, 150], [212, 140]);
  expect(looked.position).toEqual(ORBIT.position);
  const [lx, ly] = onScreen(looked, [0, 0, 0]);
  expect([lx! - 200, ly! - 150].map(value => Math.round(value))).toEqual([11, -9]);
});

describe('two fingers', () => {
  it('keep what lies under each of them, as long as they do not turn', () => {
    const coordinate = fc.integer({ min: 20, max: 280 });
    const finger = fc.tuple(coordinate, coordinate);
    fc.assert(
      fc.property(finger, finger, finger, fc.double({ min: 0.3, max: 3, noNaN: true }), (a, b, to, by) => {
        fc.pre(Math.hypot(b[0] - a[0], b[1] - a[1]) > 20);
        const from: Fingers = [a, b];
        const after: Fingers = [to, [to[0] + (b[0] - a[0]) * by, to[1] + (b[1] - a[1]) * by]];
        const camera = pinched(PLANAR, SIZE, from, after);
        for (const i of [0, 1] as const) {
          const scale = (PLANAR.zoom * 300) / 2;
          const cell = [
            PLANAR.target[0] + (from[i][0] - 200) / scale,
            PLANAR.target[1] - (from[i][1] - 150) / scale
          ];
          const [x, y] = onScreen(camera, cell);
          expect(Math.hypot(x! - after[i][0], y! - after[i][1])).toBeLessThan(0.05);
        }
      })
    );
  });
});

it('zooms to the cursor by the wheel, and flies ahead where one flies', () => {
  const view = { dimension: 2, navigation: 'orbit' } as const;
  const nearer = wheeled(view, PLANAR, SIZE, [320, 60], -200);
  expect(nearer.zoom).toBeGreaterThan(PLANAR.zoom);
  const scale = (PLANAR.zoom * 300) / 2;
  const under = [PLANAR.target[0] + 120 / scale, PLANAR.target[1] + 90 / scale];
  expect(onScreen(nearer, under).map(Math.round)).toEqual([320, 60]);
  const flying = { dimension: 3, navigation: 'fly' } as const;
  const ahead = wheeled(flying, ORBIT, SIZE, [320, 60], -120);
  expect([ahead.position, ahead.target].map(([x, y, z]) => [x, y, z.toFixed(2)])).toEqual([
    [0, 0, '2.90'],
    [0, 0, '-0.10']
  ]);
});
