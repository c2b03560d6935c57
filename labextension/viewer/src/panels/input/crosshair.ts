/**
 * The keyboard’s way to every tool: arrows move a crosshair over the picture, Space begins a gesture
 * there and ends it, as a press and a release of the pointer do.
 */
import type { App } from '../../state/app';
import { toolById } from '../../tools';
import { cellAt } from '../../tools/taking';
import type { Gesture, ScreenPoint, Stage } from '../../tools/tool';
import type { Ui } from '../ui';
import { begin } from './gesture';

/** CSS pixels an arrow goes, and with Shift. */
const STEP = 5;
const FAR = 40;

const ARROWS: ReadonlyMap<string, ScreenPoint> = new Map([
  ['ArrowLeft', [-1, 0]],
  ['ArrowRight', [1, 0]],
  ['ArrowUp', [0, -1]],
  ['ArrowDown', [0, 1]]
]);

export class CrosshairKeys {
  private gesture: Gesture | null = null;
  private readonly unfollow: () => void;

  constructor(
    private readonly app: App,
    private readonly ui: Ui,
    private readonly stage: () => Stage | null
  ) {
    // The pointer puts it away, wherever it presses.
    this.unfollow = ui.crosshair.subscribe(shown => {
      if (shown === null) {
        this.cancel();
      }
    });
  }

  dispose(): void {
    this.unfollow();
    this.cancel();
  }

  /** Whether the key was for the crosshair: a tool that has gestures is chosen. */
  press(event: KeyboardEvent): boolean {
    const stage = this.stage();
    if (stage === null || toolById(this.app.tool.peek())?.begin === undefined) {
      return false;
    }
    const arrow = ARROWS.get(event.key);
    if (arrow !== undefined) {
      const step = event.shiftKey ? FAR : STEP;
      this.move(stage, [arrow[0] * step, arrow[1] * step]);
    } else if (event.key === ' ') {
      this.toggle(stage, event);
    } else if (event.key === 'Enter' && this.gesture !== null) {
      this.end();
    } else {
      return false;
    }
    return true;
  }

  /** Ends the gesture with nothing changed; false when there was none. */
  cancel(): boolean {
    const { gesture, ui } = this;
    if (gesture === null) {
      return false;
    }
    this.gesture = null;
    gesture.cancel();
    const shown = ui.crosshair.peek();
    ui.crosshair.value = shown && { ...shown, drawing: false };
    return true;
  }

  private move(stage: Stage, [dx, dy]: ScreenPoint): void {
    const { viewId, at } = this.here(stage);
    const { width, height } = stage.size(viewId);
    const to: ScreenPoint = [limited(at[0] + dx, width), limited(at[1] + dy, height)];
    this.gesture?.move(to);
    this.show(stage, viewId, to);
  }

  private toggle(stage: Stage, event: KeyboardEvent): void {
    if (this.gesture !== null) {
      this.end();
      return;
    }
    const { viewId, at } = this.here(stage);
    this.gesture = begin({ app: this.app, stage }, this.ui, at, event, () => this.cancel());
    this.show(stage, viewId, at);
  }

  private end(): void {
    const shown = this.ui.crosshair.peek();
    const { gesture } = this;
    this.gesture = null;
    if (shown !== null) {
      gesture?.end(shown.at);
      this.ui.crosshair.value = { ...shown, drawing: false };
    }
  }

  /** Where the crosshair is in the active view: in its middle at first. */
  private here(stage: Stage): { viewId: string; at: ScreenPoint } {
    const { id } = this.app.activeView.peek();
    const shown = this.ui.crosshair.peek();
    if (shown?.viewId === id) {
      return shown;
    }
    this.cancel();
    const { width, height } = stage.size(id);
    return { viewId: id, at: [Math.round(width / 2), Math.round(height / 2)] };
  }

  private show(stage: Stage, viewId: string, at: ScreenPoint): void {
    const cell = cellAt(this.app, stage, viewId, at);
    this.ui.crosshair.value = { viewId, at, drawing: this.gesture !== null, cell };
  }
}

function limited(value: number, size: number): number {
  return Math.min(Math.max(value, 0), size - 1);
}
