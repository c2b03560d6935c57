/**
 * The mouse, the pen and the finger over the picture: a drag moves the camera, or is a gesture of a
 * tool when one is chosen or `Alt` is held.
 */
import { panned, rotated, zoomed } from '../../render/camera';
import { setCamera } from '../../state/views';
import type { App } from '../../state/app';
import type { SetOperation } from '../../state/types';
import { toolById, tools } from '../../tools';
import type { Gesture, ScreenPoint, Stage } from '../../tools/tool';
import { Pointing } from './pointing';
import type { Ui } from '../ui';

/** Turns of a wheel come in pixels, lines or pages. */
const WHEEL_UNIT = [1, 16, 400] as const;

/** The operation the modifier keys ask for; null: none of them is meant for selecting. */
export function operationOf(event: {
  altKey: boolean;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
}): SetOperation | null {
  if (!event.altKey) {
    return null;
  }
  if (event.ctrlKey || event.metaKey) {
    return 'remove';
  }
  return event.shiftKey ? 'add' : 'intersect';
}

/** What is being dragged: a camera from place to place, or the gesture of a tool. */
type Drag =
  | { readonly kind: 'camera'; readonly move: 'pan' | 'rotate'; at: ScreenPoint }
  | { readonly kind: 'gesture'; readonly gesture: Gesture };

export class Pointer {
  private drag: Drag | null = null;
  private pointerId = -1;
  private readonly listeners = new AbortController();
  private readonly pointing: Pointing;

  constructor(
    private readonly app: App,
    private readonly ui: Ui,
    private readonly stage: Stage,
    private readonly canvas: HTMLCanvasElement
  ) {
    this.pointing = new Pointing(app, stage);
    const { signal } = this.listeners;
    canvas.addEventListener('pointerdown', event => this.down(event), { signal });
    canvas.addEventListener('pointermove', event => this.moved(event), { signal });
    canvas.addEventListener('pointerup', event => this.up(event), { signal });
    canvas.addEventListener('pointerleave', () => this.pointing.over(null), { signal });
    canvas.addEventListener('pointercancel', () => this.cancel(), { signal });
    canvas.addEventListener('lostpointercapture', () => this.cancel(), { signal });
    canvas.addEventListener('wheel', event => this.wheel(event), { signal, passive: false });
    canvas.addEventListener('blur', () => delete canvas.dataset.touched, { signal });
    canvas.addEventListener('contextmenu', event => event.preventDefault(), { signal });
  }

  /** Ends a drag with nothing changed by it; false when there was none. */
  cancel(): boolean {
    const drag = this.drag;
    this.drag = null;
    if (drag?.kind === 'gesture') {
      drag.gesture.cancel();
    }
    delete this.canvas.dataset.drag;
    return drag !== null;
  }

  dispose(): void {
    this.cancel();
    this.listeners.abort();
  }

  private down(event: PointerEvent): void {
    if (this.drag || event.button > 2) {
      return;
    }
    // Whoever points at the picture needs no ring around it.
    this.canvas.dataset.touched = '';
    this.canvas.setPointerCapture(event.pointerId);
    this.pointerId = event.pointerId;
    const at: ScreenPoint = [event.offsetX, event.offsetY];
    this.pointing.down(at);
    this.drag = this.gesture(event, at) ?? { kind: 'camera', move: this.cameraMove(event), at };
    this.canvas.dataset.drag = this.drag.kind;
  }

  private gesture(event: PointerEvent, at: ScreenPoint): Drag | null {
    const { app, stage } = this;
    const asked = operationOf(event);
    const panning = app.activeView.value.dimension === 3 && event.shiftKey && asked === null;
    if (event.button !== 0 || panning) {
      return null;
    }
    const tool = toolById(app.tool.value) ?? (asked ? tools[0] : null);
    if (!tool?.available(app)) {
      return null;
    }
    const view = app.activeView.value;
    if (!view.cameras[view.dimension]) {
      // What was selected can then be told and checked: the picture has a camera of its own.
      setCamera(app, stage.camera(view.id));
    }
    const operation = asked ?? this.ui.operation.value;
    return { kind: 'gesture', gesture: tool.begin({ app, stage }, view.id, at, operation) };
  }

  private cameraMove(event: PointerEvent): 'pan' | 'rotate' {
    const orbit = this.app.activeView.value.dimension === 3;
    return orbit && event.button === 0 && !event.shiftKey ? 'rotate' : 'pan';
  }

  private moved(event: PointerEvent): void {
    const drag = this.drag;
    const at: ScreenPoint = [event.offsetX, event.offsetY];
    if (!drag) {
      this.pointing.over(at);
      return;
    }
    if (event.pointerId !== this.pointerId) {
      return;
    }
    if (drag.kind === 'gesture') {
      drag.gesture.move(at);
      return;
    }
    const view = this.app.activeView.value;
    const change = drag.move === 'pan' ? panned : rotated;
    const [dx, dy] = [at[0] - drag.at[0], at[1] - drag.at[1]];
    drag.at = at;
    setCamera(this.app, change(this.stage.camera(view.id), this.stage.size(view.id), dx, dy));
  }

  private up(event: PointerEvent): void {
    const drag = this.drag;
    if (!drag || event.pointerId !== this.pointerId) {
      return;
    }
    this.drag = null;
    delete this.canvas.dataset.drag;
    const at: ScreenPoint = [event.offsetX, event.offsetY];
    if (drag.kind === 'gesture') {
      drag.gesture.end(at);
    }
    this.pointing.up(at, event);
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    if (this.drag?.kind === 'gesture') {
      return;
    }
    const turn = event.deltaY * (WHEEL_UNIT[event.deltaMode] ?? 1);
    const factor = Math.exp(-Math.min(Math.max(turn, -300), 300) * 0.0022);
    const view = this.app.activeView.value;
    const size = this.stage.size(view.id);
    const camera = this.stage.camera(view.id);
    setCamera(this.app, zoomed(camera, size, event.offsetX, event.offsetY, factor));
  }
}
