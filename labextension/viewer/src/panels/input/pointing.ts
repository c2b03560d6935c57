/** What a person points at and clicks, for whoever listens in Python. */
import { throttle } from '../../base/lifetime';
import type { App } from '../../state/app';
import { cellAt } from '../../tools/taking';
import type { ScreenPoint, Stage } from '../../tools/tool';

const HOVER_MILLISECONDS = 100;
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

  /** The pointer is over a point of the picture, with no button down; null: it has left. */
  over(at: ScreenPoint | null): void {
    if (at === null) {
      // Who leaves at once has pointed all the same.
      this.look.flush();
    }
    this.look(at);
  }

  /** A press begins at a point of a view. */
  down(at: ScreenPoint): void {
    this.pressed = at;
  }

  /** A press ends at a point of a view: a click, if it is where it began. */
  up(viewId: string, at: ScreenPoint, event: PointerEvent): void {
    const from = this.pressed;
    this.pressed = null;
    if (from === null || Math.hypot(at[0] - from[0], at[1] - from[1]) > STILL) {
      return;
    }
    const cell = cellAt(this.app, this.stage, viewId, at);
    if (cell !== null) {
      const { button, shiftKey: shift, ctrlKey, metaKey } = event;
      this.app.tell({ type: 'click', cell, button, shift, ctrl: ctrlKey || metaKey });
    }
  }

  private hover(at: ScreenPoint | null): void {
    const under = at && this.stage.viewAt(at);
    const cell = under && cellAt(this.app, this.stage, under.viewId, under.point);
    if (cell !== this.hovered) {
      this.hovered = cell;
      const position = cell === null ? null : this.placeOf(under!.viewId, cell);
      this.app.tell({ type: 'hover', cell, position });
    }
  }

  private placeOf(viewId: string, cell: number): number[] | null {
    const points = this.app.data(viewId).points.peek();
    if (points.state !== 'ready') {
      return null;
    }
    const dimension = points.value.length / this.app.dataset.nCells;
    return Array.from(points.value.subarray(cell * dimension, (cell + 1) * dimension));
  }
}
