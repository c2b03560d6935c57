// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { listen } from '../../../src/panels/input/keys';
import { Pointer } from '../../../src/panels/input/pointer';
import { createUi, type Ui } from '../../../src/panels/ui';
import type { App } from '../../../src/state/app';
import { keepView, removeView, setLayout } from '../../../src/state/layout';
import type { Camera } from '../../../src/state/types';
import { frameAll, setCamera, setDimension } from '../../../src/state/views';
import { text } from '../../../src/text';
import { FlatStage, openApp, settled } from '../../surface';

const CELLS = [
  [10, 10],
  [50, 50]
] as const;
const WHOLE = { left: 0, top: 0, width: 100, height: 100 };

/** As the real one, it knows only the views that are on the screen. */
class Strict extends FlatStage {
  override camera(viewId?: string): Camera {
    if (!app.onScreen.peek().some(({ id }) => id === viewId)) {
      throw new Error(`View "${viewId}" is not on the screen.`);
    }
    return super.camera();
  }
}

let app: App;
let ui: Ui;
let stage: Strict;
let canvas: HTMLCanvasElement;
let pointer: Pointer;
let stop: () => void;

beforeEach(async () => {
  app = await openApp(CELLS);
  app.places.value = new Map([['live', WHOLE]]);
  ui = createUi(app);
  stage = new Strict(app, CELLS);
  canvas = document.body.appendChild(document.createElement('canvas'));
  canvas.tabIndex = 0;
  canvas.setPointerCapture = () => undefined;
  pointer = new Pointer(app, ui, stage, canvas);
  stop = listen(document, { app, ui, stage: () => stage, cancelGesture: () => pointer.cancel() });
});
afterEach(() => {
  stop();
  pointer.dispose();
  document.body.replaceChildren();
});

function event(kind: string, x: number, y: number, held: MouseEventInit & { pointerId?: number } = {}): void {
  const made = new MouseEvent(kind, { bubbles: true, ...held });
  Object.assign(made, { pointerId: held.pointerId ?? 1, pointerType: 'touch' });
  Object.defineProperties(made, { offsetX: { value: x }, offsetY: { value: y } });
  canvas.dispatchEvent(made);
}

/** Around both cells, all but the way back. */
function draw(): void {
  event('pointerdown', 1, 1, { altKey: true });
  event('pointermove', 90, 1);
  event('pointermove', 90, 90);
  event('pointermove', 1, 90);
}

const shown = (): unknown[] => [app.preview.value, app.beside.value, stage.outlined];
const said = (): string[] => app.messages.value.map(({ text: words }) => words);

describe('a gesture', () => {
  it('takes what it showed', () => {
    draw();
    expect([...app.preview.value!]).toEqual([0, 1]);
    event('pointerup', 1, 90);
    expect([...app.candidate.value.cells!]).toEqual([0, 1]);
    expect(said()).toEqual([]);
  });

  it.each<[string, () => void]>([
    ['its camera', () => frameAll(app)],
    ['its size', () => (app.places.value = new Map([['live', { ...WHOLE, width: 60 }]]))],
    ['its dimension', () => setDimension(app, 3)],
    ['the tool', () => (app.tool.value = 'knn')],
    ['the surface', () => (app.places.value = new Map())]
  ])('is over when %s changes beneath it', (_, change) => {
    draw();
    change();
    expect(shown()).toEqual([null, null, null]);
    expect(said()).toEqual([text.gestureCancelled]);
    event('pointermove', 40, 90);
    event('pointerup', 1, 90);
    expect([app.candidate.value.cells, ...shown()]).toEqual([null, null, null, null]);
  });

  it('is made again as if nothing had been', async () => {
    draw();
    frameAll(app);
    event('pointerup', 1, 90);
    await settled(app);
    draw();
    event('pointerup', 1, 90);
    expect([...app.candidate.value.cells!]).toEqual([0, 1]);
  });

  it('is heard of no more once it has ended', () => {
    draw();
    event('pointerup', 1, 90);
    frameAll(app);
    expect(said()).toEqual([]);
  });

  it('of the keyboard is over too', () => {
    app.tool.value = 'lasso';
    canvas.focus();
    for (const key of [' ', 'ArrowUp', 'ArrowRight', 'ArrowDown']) {
      canvas.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    }
    expect(ui.crosshair.value?.drawing).toBe(true);
    setCamera(app, 'live', { ...stage.camera('live'), zoom: 2 });
    expect([ui.crosshair.value?.drawing, ...shown()]).toEqual([false, null, null, null]);
    expect(said()).toEqual([text.gestureCancelled]);
  });
});

describe('a view that leaves the screen', () => {
  let other: string;

  beforeEach(() => {
    keepView(app);
    other = app.views.value[1]!.id;
    setLayout(app, 'grid');
    stage.viewAt = point => ({ viewId: other, point });
  });

  it('takes a gesture in it along', () => {
    draw();
    removeView(app, other);
    expect(shown()).toEqual([null, null, null]);
    event('pointermove', 40, 90);
    event('pointerup', 1, 90);
    expect(app.candidate.value.cells).toBeNull();
  });

  it('takes a drag of its camera along, and two fingers', () => {
    const drags = (): void => {
      event('pointermove', 40, 40);
      event('pointerdown', 60, 60, { pointerId: 2 });
      event('pointermove', 70, 70, { pointerId: 2 });
    };
    event('pointerdown', 20, 20);
    drags();
    const errors: unknown[] = [];
    window.addEventListener('error', ({ error }) => errors.push(error), { once: true });
    removeView(app, other);
    expect(canvas.dataset.drag).toBeUndefined();
    const { views } = app;
    const before = views.value;
    drags();
    event('pointerup', 60, 60, { pointerId: 2 });
    drags();
    expect([views.value, errors]).toEqual([before, []]);
  });
});

it('turns no camera of another dimension', () => {
  setDimension(app, 3);
  event('pointerdown', 20, 20);
  event('pointermove', 40, 40);
  setDimension(app, 2);
  const { views } = app;
  const before = views.value;
  event('pointermove', 60, 60);
  expect(views.value).toBe(before);
});
