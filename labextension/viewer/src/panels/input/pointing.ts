/** What a person points at and clicks, for whoever listens in Python. */
import { throttle } from '../../base/lifetime';
import { nearestCell } from '../../cells/nearest';
import type { App } from '../../state/app';
import type { ScreenPoint, Stage } from '../../tools/tool';

const HOVER_MILLISECONDS = 100;
/** CSS pixels from the middle of a cell that still count as on it. */
const REACH = 8;
/** CSS pixels that a hand shakes while it clicks. */
const STILL = 4;

export class Pointing {
  private hovered: number | null = null;
  private pressed: ScreenPoint | null = null;
  private readonly look = throttle((at: ScreenPoint | null) => this.hover(at), HOVER_MILLISECONDS);

  constructor(
    private readonly app: App,
    private readonly stage: Stage
  ) {}

  /** The pointer rests or moves, with no button down; null: it has left the picture. */
  over(at: ScreenPoint | null): void {
    if (at === null) {
      // Who leaves at once has pointed all the same.
      this.look.flush();
    }
    this.look(at);
  }

  down(at: ScreenPoint): void {
    this.pressed = at;
  }

  up(at: ScreenPoint, event: PointerEvent): void {
    const from = this.pressed;
    this.pressed = null;
    if (from === null || Math.hypot(at[0] - from[0], at[1] - from[1]) > STILL) {
      return;
    }
    const cell = this.cellAt(at);
    if (cell !== null) {
      const { button, shiftKey: shift, ctrlKey, metaKey } = event;
      this.app.tell({ type: 'click', cell, button, shift, ctrl: ctrlKey || metaKey });
    }
  }

  private hover(at: ScreenPoint | null): void {
    const cell = at && this.cellAt(at);
    if (cell !== this.hovered) {
      this.hovered = cell;
      this.app.tell({ type: 'hover', cell, position: cell === null ? null : this.placeOf(cell) });
    }
  }

  private cellAt(at: ScreenPoint): number | null {
    const { app, stage } = this;
    const places = stage.project(app.activeView.peek().id);
    const cell = nearestCell(places, app.visible.peek(), at, REACH);
    return cell < 0 ? null : cell;
  }

  private placeOf(cell: number): number[] | null {
    const points = this.app.points.peek();
    if (points.state !== 'ready') {
      return null;
    }
    const dimension = points.value.length / this.app.dataset.nCells;
    return Array.from(points.value.subarray(cell * dimension, (cell + 1) * dimension));
  }
}
