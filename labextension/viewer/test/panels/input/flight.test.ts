// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { listen } from '../../../src/panels/input/keys';
import { createUi } from '../../../src/panels/ui';
import type { App } from '../../../src/state/app';
import type { Camera, Vec3 } from '../../../src/state/types';
import { setDimension, setNavigation } from '../../../src/state/views';
import { FlatStage, openApp, settled } from '../../surface';

/** Looks along −z from 5 away, and is moved by the keys. */
class FlyingStage extends FlatStage {
  constructor(private readonly viewed: App) {
    super(viewed, []);
  }

  override camera(): Camera {
    return this.viewed.activeView.value.cameras[3] ?? super.camera();
  }
}

let app: App;
let canvas: HTMLCanvasElement;
let stop: () => void;

beforeEach(async () => {
  vi.useFakeTimers({
    toFake: ['requestAnimationFrame', 'cancelAnimationFrame', 'performance', 'Date']
  });
  app = await openApp([[0, 0]]);
  setDimension(app, 3);
  setNavigation(app, 'fly');
  await settled(app);
  const stage = new FlyingStage(app);
  stop = listen(document, {
    app,
    ui: createUi(app),
    stage: () => stage,
    cancelGesture: () => false
  });
  canvas = document.body.appendChild(document.createElement('canvas'));
});
afterEach(() => {
  stop();
  document.body.replaceChildren();
  vi.useRealTimers();
});

function key(kind: 'keydown' | 'keyup', code: string, held: KeyboardEventInit = {}): void {
  canvas.dispatchEvent(new KeyboardEvent(kind, { code, key: '', bubbles: true, ...held }));
}

/** A key held for so long, at so many frames a second; where the camera is then. */
function hold(code: string, seconds: number, rate: number, held: KeyboardEventInit = {}): Vec3 {
  key('keydown', code, held);
  for (let frame = 0; frame < seconds * rate; frame++) vi.advanceTimersByTime(1000 / rate);
  key('keyup', code);
  vi.advanceTimersByTime(500);
  return app.activeView.value.cameras[3]!.position;
}

it('goes as far in a second at any number of frames, faster with Shift, and then no further', () => {
  const slow = 5 - hold('KeyW', 1, 10)[2];
  const before = app.activeView.value.cameras[3]!.position[2];
  const quick = before - hold('KeyW', 1, 50)[2];
  expect(slow).toBeGreaterThan(0.4);
  expect(Math.abs(quick - slow)).toBeLessThan(0.1);
  const fast = app.activeView.value.cameras[3]!.position[2] - hold('KeyW', 1, 50, { shiftKey: true })[2];
  expect(fast / quick).toBeGreaterThan(3);
  const at = app.activeView.value.cameras[3];
  vi.advanceTimersByTime(2000);
  expect(app.activeView.value.cameras[3]).toBe(at);
  expect(vi.getTimerCount()).toBe(0);
});

it.each<[string, 0 | 1 | 2, 1 | -1]>([
  ['KeyS', 2, 1],
  ['KeyD', 0, 1],
  ['KeyA', 0, -1],
  ['KeyE', 1, 1],
  ['KeyQ', 1, -1]
])('goes by %s along its axis', (code, axis, way) => {
  const moved = hold(code, 0.5, 20);
  expect(moved.map((value, i) => Math.sign(Math.round((value - [0, 0, 5][i]!) * 1e6)))).toEqual(
    [0, 1, 2].map(i => (i === axis ? way : 0))
  );
});

it('moves by a tap that ends before the next frame', () => {
  key('keydown', 'KeyW');
  key('keyup', 'KeyW');
  expect(app.activeView.value.cameras[3]!.position[2]).toBeLessThan(5);
});

it('looks around by the arrows from where it is', () => {
  expect(hold('ArrowRight', 0.2, 20)).toEqual([0, 0, 5]);
  const { target } = app.activeView.value.cameras[3]!;
  expect(target[0]).toBeGreaterThan(0.1);
  expect(Math.hypot(target[0], target[1], target[2] - 5)).toBeCloseTo(5);
  hold('ArrowUp', 0.2, 20);
  expect(app.activeView.value.cameras[3]!.target[1]).toBeGreaterThan(0.1);
});

it('stops when the keyboard goes elsewhere, and stands still where one turns around the cells', () => {
  key('keydown', 'KeyW');
  window.dispatchEvent(new FocusEvent('blur'));
  const camera = app.activeView.value.cameras[3];
  expect(camera).toBeDefined();
  vi.advanceTimersByTime(500);
  expect(app.activeView.value.cameras[3]).toBe(camera);
  setNavigation(app, 'orbit');
  key('keydown', 'KeyW');
  vi.advanceTimersByTime(500);
  expect(app.activeView.value.cameras[3]).toBe(camera);
});
