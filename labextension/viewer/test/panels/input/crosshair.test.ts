// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it } from 'vitest';

import { listen } from '../../../src/panels/input/keys';
import { createUi, type Ui } from '../../../src/panels/ui';
import type { App } from '../../../src/state/app';
import { FlatStage, openApp } from '../../surface';

let app: App;
let ui: Ui;
let stage: FlatStage;
let canvas: HTMLCanvasElement;
let stop: () => void;

const CELLS = [
  [52, 47],
  [70, 70],
  [90, 10]
] as const;

beforeEach(async () => {
  app = await openApp(CELLS);
  ui = createUi(app);
  stage = new FlatStage(app, CELLS);
  stop = listen(document, { app, ui, stage: () => stage, cancelGesture: () => false });
  canvas = document.body.appendChild(document.createElement('canvas'));
  canvas.tabIndex = 0;
  canvas.focus();
});
afterEach(() => {
  stop();
  document.body.replaceChildren();
});

function press(key: string, times = 1, held: KeyboardEventInit = {}): void {
  for (let i = 0; i < times; i++) {
    canvas.dispatchEvent(
      new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...held })
    );
  }
}

const selected = (): number[] | null => {
  const { cells } = app.candidate.value;
  return cells && [...cells];
};

/** Around the first cell, from the middle of the picture. */
function around(held: KeyboardEventInit = {}): void {
  press(' ', 1, held);
  press('ArrowUp', 2);
  press('ArrowRight', 1);
  press('ArrowDown', 2);
}

it('moves with the arrows, within the view, and tells the cell it is on', () => {
  press('ArrowLeft');
  expect(ui.crosshair.value).toBeNull();
  const { cameras } = app.activeView.value;
  app.tool.value = 'lasso';
  press('ArrowUp');
  expect(ui.crosshair.value).toEqual({ viewId: 'live', at: [50, 45], drawing: false, cell: 0 });
  press('ArrowRight', 9, { shiftKey: true });
  expect(ui.crosshair.value).toMatchObject({ at: [99, 45], cell: null });
  expect(app.activeView.value.cameras).toBe(cameras);
});

it('begins a gesture by Space, and ends it by Space or Enter', () => {
  app.tool.value = 'lasso';
  for (const end of [' ', 'Enter']) {
    around();
    expect(ui.crosshair.value?.drawing).toBe(true);
    expect(stage.outlined?.length).toBeGreaterThan(3);
    press(end);
    expect([selected(), stage.outlined, ui.crosshair.value?.drawing]).toEqual([[0], null, false]);
    expect(app.activePage.value.groups).toEqual([]);
    press('ArrowLeft');
  }
  press('Enter');
  expect(app.activePage.value.groups.map(({ cells }) => [...cells])).toEqual([[0]]);
});

it('does what the toolbar says, or the keys that are held', () => {
  app.tool.value = 'lasso';
  around();
  press(' ');
  press('ArrowLeft');
  ui.operation.value = 'remove';
  around();
  press(' ');
  expect(selected()).toEqual([]);
  press('ArrowLeft');
  around({ altKey: true, shiftKey: true });
  press(' ');
  expect(selected()).toEqual([0]);
});

it('changes nothing when it is cancelled, by Escape or since the keyboard goes elsewhere', () => {
  app.tool.value = 'lasso';
  around();
  press('Escape');
  expect([selected(), stage.outlined, ui.crosshair.value?.drawing]).toEqual([null, null, false]);
  press(' ');
  press('ArrowUp', 5);
  canvas.blur();
  canvas.focus();
  press('Enter');
  expect([selected(), stage.outlined]).toEqual([null, null]);
  press(' ');
  press('ArrowUp', 5);
  ui.crosshair.value = null;
  expect(stage.outlined).toBeNull();
});
