/** The keyboard: shortcuts of the whole page, ignored while typing, and the arrows on the picture. */
import { redo, undo } from '../../state/undo';
import { frameAll, setCamera, setDimension } from '../../state/views';
import {
  cancelCandidate,
  confirmCandidate,
  redoCandidate,
  undoCandidate
} from '../../state/highlights';
import type { App } from '../../state/app';
import type { Camera, Dimension } from '../../state/types';
import { panned, rotated, zoomed, type Size } from '../../render/camera';
import { tools } from '../../tools';
import type { Stage } from '../../tools/tool';
import type { Ui } from '../ui';

const STEP = 40;
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [STEP, 0],
  ArrowRight: [-STEP, 0],
  ArrowUp: [0, STEP],
  ArrowDown: [0, -STEP]
};
const ZOOMS: Readonly<Record<string, number>> = { '+': 1.25, '=': 1.25, '-': 0.8, _: 0.8 };

/** What the shortcuts act on. */
export interface Keyboard {
  readonly app: App;
  readonly ui: Ui;
  readonly stage: Stage | null;
  /** Ends the gesture that is being made; false when there is none. */
  readonly cancelGesture: () => boolean;
}

export function listen(target: Document, keyboard: () => Keyboard): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (!event.defaultPrevented && !isTyping(event) && handle(event, keyboard())) {
      event.preventDefault();
    }
  };
  target.addEventListener('keydown', onKey);
  return () => target.removeEventListener('keydown', onKey);
}

/** Does what the key says; false when it says nothing here. */
export function handle(event: KeyboardEvent, keyboard: Keyboard): boolean {
  const { app, ui } = keyboard;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'z') {
    stepHistory(app, event.shiftKey);
    return true;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return false;
  }
  if (event.key === 'Escape') {
    return escape(keyboard);
  }
  if (event.key === '?') {
    ui.sheet.value = ui.sheet.value === 'help' ? null : 'help';
    return true;
  }
  if (ui.sheet.value !== null) {
    return false;
  }
  if (event.key === 'Enter') {
    return !isControl(event) && confirm(app);
  }
  if (event.key === 'r') {
    frameAll(app);
    return true;
  }
  return (
    chooseDimension(event.key, keyboard) ||
    chooseTool(event.key, keyboard) ||
    moveCamera(event, keyboard)
  );
}

/** Undoes a step of the selection being made, or without one the last change of the page. */
export function stepHistory(app: App, forward: boolean): void {
  if (app.candidate.value.cells !== null || (forward && app.canRedoCandidate.value)) {
    (forward ? redoCandidate : undoCandidate)(app);
  } else {
    (forward ? redo : undo)(app);
  }
}

function escape({ app, ui, cancelGesture }: Keyboard): boolean {
  if (ui.sheet.value !== null) {
    ui.sheet.value = null;
  } else if (!cancelGesture()) {
    if (app.candidate.value.cells === null) {
      return false;
    }
    cancelCandidate(app);
  }
  return true;
}

function confirm(app: App): boolean {
  if (!app.candidate.value.cells?.length) {
    return false;
  }
  confirmCandidate(app);
  return true;
}

function chooseDimension(key: string, { app, cancelGesture }: Keyboard): boolean {
  const dimension = (['1', '2', '3'].indexOf(key) + 1) as Dimension | 0;
  if (dimension === 0 || !app.dataset.dimensions.includes(dimension)) {
    return false;
  }
  cancelGesture();
  setDimension(app, dimension);
  return true;
}

function chooseTool(key: string, { app, cancelGesture }: Keyboard): boolean {
  const tool = tools.find(one => one.key === key);
  if (!tool) {
    return false;
  }
  cancelGesture();
  app.tool.value = app.tool.value === tool.id ? null : tool.id;
  return true;
}

function moveCamera(event: KeyboardEvent, { app, stage }: Keyboard): boolean {
  if (!stage || !(event.target instanceof HTMLCanvasElement)) {
    return false;
  }
  const view = app.activeView.value;
  const size = stage.size(view.id);
  const next = cameraAfter(event, stage.camera(view.id), size);
  if (next) {
    setCamera(app, next);
  }
  return next !== null;
}

function cameraAfter(event: KeyboardEvent, camera: Camera, size: Size): Camera | null {
  const zoom = Object.hasOwn(ZOOMS, event.key) ? ZOOMS[event.key] : undefined;
  if (zoom !== undefined) {
    return zoomed(camera, size, size.width / 2, size.height / 2, zoom);
  }
  const arrow = Object.hasOwn(ARROWS, event.key) ? ARROWS[event.key] : undefined;
  if (!arrow) {
    return null;
  }
  const turns = camera.mode === 'orbit' && !event.shiftKey;
  return (turns ? rotated : panned)(camera, size, arrow[0], arrow[1]);
}

/** Keys belong to a field that takes text; a checkbox or a button does not. */
function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  if (target instanceof HTMLInputElement) {
    return !['checkbox', 'radio', 'button', 'range'].includes(target.type);
  }
  return (
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLElement && target.isContentEditable)
  );
}

/** Enter on a button presses it; it confirms only elsewhere. */
function isControl(event: KeyboardEvent): boolean {
  return event.target instanceof HTMLElement && event.target.closest('button, a, summary') !== null;
}
