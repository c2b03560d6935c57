// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { Pointer } from '../../../src/panels/input/pointer';
import { createUi } from '../../../src/panels/ui';
import type { App } from '../../../src/state/app';
import { setVisibility } from '../../../src/state/filters';
import type { Done } from '../../../src/state/types';
import { FlatStage, openApp } from '../../surface';

let app: App;
let canvas: HTMLCanvasElement;
let pointer: Pointer;
let done: Done[];

beforeEach(async () => {
  const cells = [
    [10, 10],
    [50, 50]
  ] as const;
  app = await openApp(cells);
  done = [];
  app.onDone(event => done.push(event));
  canvas = document.createElement('canvas');
  canvas.setPointerCapture = () => undefined;
  pointer = new Pointer(app, createUi(app), new FlatStage(app, cells), canvas);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  pointer.dispose();
  vi.useRealTimers();
});

function event(kind: string, x: number, y: number, held: MouseEventInit = {}): void {
  const made = new MouseEvent(kind, { bubbles: true, ...held });
  Object.assign(made, { pointerId: 1 });
  Object.defineProperties(made, { offsetX: { value: x }, offsetY: { value: y } });
  canvas.dispatchEvent(made);
}

function rest(): void {
  vi.advanceTimersByTime(200);
}

it('tells which cell is pointed at, once', () => {
  event('pointermove', 12, 11);
  event('pointermove', 11, 11);
  rest();
  event('pointermove', 10, 11);
  rest();
  expect(done).toEqual([{ type: 'hover', cell: 0, position: [10, 10] }]);
  event('pointermove', 52, 50);
  rest();
  event('pointerleave', 99, 99);
  rest();
  expect(done.slice(1)).toEqual([
    { type: 'hover', cell: 1, position: [50, 50] },
    { type: 'hover', cell: null, position: null }
  ]);
});

it('tells of a cell that was left at once', () => {
  event('pointermove', 12, 11);
  event('pointerleave', 99, 99);
  rest();
  expect(done.map(told => told.type === 'hover' && told.cell)).toEqual([0, null]);
});

it('tells of no cell that is hidden or far', () => {
  setVisibility(app, Uint32Array.of(0), false);
  event('pointermove', 10, 10);
  rest();
  event('pointermove', 90, 10);
  rest();
  expect(done).toEqual([]);
});

it('tells which cell is clicked, with which button and keys', () => {
  event('pointerdown', 51, 50, { button: 0, shiftKey: true });
  event('pointerup', 52, 51, { button: 0, shiftKey: true });
  event('pointerdown', 10, 10, { button: 2, metaKey: true });
  event('pointerup', 10, 10, { button: 2, metaKey: true });
  expect(done).toEqual([
    { type: 'click', cell: 1, button: 0, shift: true, ctrl: false },
    { type: 'click', cell: 0, button: 2, shift: false, ctrl: true }
  ]);
});

it('takes a drag for no click, and points at nothing meanwhile', () => {
  event('pointerdown', 50, 50);
  event('pointermove', 12, 10);
  event('pointerup', 12, 10);
  rest();
  event('pointerdown', 90, 10);
  event('pointerup', 90, 10);
  expect(done).toEqual([]);
});
