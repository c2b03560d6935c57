/**
 * The mouse, the pen and the finger over the picture: a drag moves the camera of the view under it,
 * or is a gesture of a tool when one is chosen or `Alt` is held; two fingers pinch and pan.
 */
import { effect, untracked } from '@preact/signals';
import type { App } from '../../state/app';
import { activateView } from '../../state/layout';
import type { Dimension, View } from '../../state/types';
import { setCamera } from '../../state/views';
import type { Gesture, ScreenPoint, Stage } from '../../tools/tool';
import type { Ui } from '../ui';
import { cameraMove, dragged, pinched, wheeled, type CameraMove } from './drag';
import { begin } from './gesture';
import { Pointing } from './pointing';

/** Turns of a wheel come in pixels, lines or pages. */
const WHEEL_UNIT = [1, 16, 400] as const;

/** What is being dragged: a camera from place to place, the gesture of a tool, or two fingers. */
type Drag =
  | { readonly kind: 'camera'; readonly move: CameraMove; at: ScreenPoint }
  | { readonly kind: 'gesture'; readonly gesture: Gesture }
  | { readonly kind: 'pinch' };

export class Pointer {
  private drag: Drag | null = null;
  /** The view that the drag began in; it stays in it. */
  private viewId = '';
  private dimension: Dimension | null = null;
  /** Pointers that are down, and where they are in that view, the first first. */
  private readonly down = new Map<number, ScreenPoint>();
  private readonly listeners = new AbortController();
  private readonly pointing: Pointing;
  private readonly unfollow: () => void;

  constructor(
    private readonly app: App,
    private readonly ui: Ui,
    private readonly stage: Stage,
    private readonly canvas: HTMLCanvasElement
  ) {
    this.pointing = new Pointing(app, stage);
    const { signal } = this.listeners;
    canvas.addEventListener('pointerdown', event => this.press(event), { signal });
    canvas.addEventListener('pointermove', event => this.move(event), { signal });
    canvas.addEventListener('pointerup', event => this.release(event), { signal });
    canvas.addEventListener('pointerleave', () => this.pointing.over(null), { signal });
    canvas.addEventListener('pointercancel', event => this.lose(event), { signal });
    canvas.addEventListener('lostpointercapture', event => this.lose(event), { signal });
    canvas.addEventListener('wheel', event => this.wheel(event), { signal, passive: false });
    canvas.addEventListener('blur', () => delete canvas.dataset.touched, { signal });
    canvas.addEventListener('contextmenu', event => event.preventDefault(), { signal });
    this.unfollow = effect(() => {
      void app.onScreen.value;
      untracked(() => {
        // A gesture knows itself when it can't go on.
        if (this.drag?.kind !== 'gesture' && !this.onSame) this.cancel();
      });
    });
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
    this.unfollow();
    this.cancel();
    this.listeners.abort();
  }

  private press(event: PointerEvent): void {
    if (event.button > 2 || (this.down.size > 0 && event.pointerType !== 'touch')) {
      return;
    }
    if (this.down.size === 0) {
      const under = this.stage.viewAt([event.offsetX, event.offsetY]);
      if (under === null) {
        return;
      }
      this.viewId = under.viewId;
      activateView(this.app, under.viewId);
      this.dimension = this.view.dimension;
    }
    // Whoever points at the picture needs no ring around it.
    this.canvas.dataset.touched = '';
    this.ui.crosshair.value = null;
    this.canvas.setPointerCapture(event.pointerId);
    this.down.set(event.pointerId, this.inView(event));
    this.start(event);
  }

  private start(event: PointerEvent): void {
    const at = this.inView(event);
    if (this.down.size > 1) {
      this.cancel();
      this.drag = this.down.size === 2 && this.onSame ? { kind: 'pinch' } : null;
    } else {
      this.pointing.down(at);
      this.drag = this.gesture(event, at) ?? { kind: 'camera', move: cameraMove(this.view, event), at };
    }
    this.canvas.dataset.drag = this.drag?.kind ?? '';
  }

  private gesture(event: PointerEvent, at: ScreenPoint): Drag | null {
    const panning = this.view.dimension === 3 && event.shiftKey && !event.altKey;
    if (event.button !== 0 || panning) {
      return null;
    }
    const gesture = begin({ app: this.app, stage: this.stage }, this.ui, at, event, () =>
      this.cancel()
    );
    return gesture && { kind: 'gesture', gesture };
  }

  private move(event: PointerEvent): void {
    if (!this.down.has(event.pointerId)) {
      if (this.down.size === 0) {
        this.pointing.over([event.offsetX, event.offsetY]);
      }
      return;
    }
    const { app, drag, stage, viewId } = this;
    const at = this.inView(event);
    const before = [...this.down.values()];
    this.down.set(event.pointerId, at);
    if (drag?.kind === 'gesture') {
      drag.gesture.move(at);
    } else if (drag?.kind === 'camera') {
      const next = dragged(drag.move, stage.camera(viewId), stage.size(viewId), drag.at, at);
      drag.at = at;
      setCamera(app, viewId, next);
    } else if (drag?.kind === 'pinch') {
      const after = [...this.down.values()];
      const [from, to] = [before, after].map(([a, b]) => [a!, b!] as const);
      setCamera(app, viewId, pinched(stage.camera(viewId), stage.size(viewId), from!, to!));
    }
  }

  private release(event: PointerEvent): void {
    if (!this.down.delete(event.pointerId)) {
      return;
    }
    const at = this.inView(event);
    const { drag } = this;
    this.drag = null;
    delete this.canvas.dataset.drag;
    if (drag?.kind === 'gesture') {
      drag.gesture.end(at);
    }
    if (drag !== null && drag.kind !== 'pinch') {
      this.pointing.up(this.viewId, at, event);
    }
  }

  private lose(event: PointerEvent): void {
    if (this.down.delete(event.pointerId)) {
      this.cancel();
    }
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const under = this.stage.viewAt([event.offsetX, event.offsetY]);
    if (this.drag?.kind === 'gesture' || under === null) {
      return;
    }
    const { viewId, point } = under;
    const view = this.app.views.peek().find(({ id }) => id === viewId);
    if (view !== undefined) {
      const turn = event.deltaY * (WHEEL_UNIT[event.deltaMode] ?? 1);
      const { stage } = this;
      setCamera(
        this.app,
        viewId,
        wheeled(view, stage.camera(viewId), stage.size(viewId), point, turn)
      );
    }
  }

  /** The active view, which is the one that was pressed. */
  private get view(): View {
    return this.app.activeView.peek();
  }

  /** Whether the view that was pressed is still on the screen, as it was. */
  private get onSame(): boolean {
    const view = this.app.onScreen.peek().find(({ id }) => id === this.viewId);
    return view?.dimension === this.dimension;
  }

  private inView({ offsetX, offsetY }: PointerEvent): ScreenPoint {
    const { left, top } = this.app.places.peek().get(this.viewId) ?? { left: 0, top: 0 };
    return [offsetX - left, offsetY - top];
  }
}
