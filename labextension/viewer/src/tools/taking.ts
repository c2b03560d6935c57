/** What all gestures that take cells have in common: a preview, words at the pointer, a step in the end. */
import { nearestCell } from '../cells/nearest';
import type { App } from '../state/app';
import { previewCandidate, stepCandidate } from '../state/candidate';
import { filtersOn } from '../state/recipe';
import type { Dimension, SetOperation } from '../state/types';
import type { ScreenPoint, Stage, ToolContext } from './tool';

/** CSS pixels from the middle of a cell that still count as on it. */
const REACH = 8;
/** CSS pixels that a hand shakes while it clicks. */
export const STILL = 4;

/** The visible cell at a point of a view, or as near to it as a hand can point; null for none. */
export function cellAt(app: App, stage: Stage, viewId: string, at: ScreenPoint): number | null {
  const { points, visible } = app.data(viewId);
  const loaded = points.peek();
  const { mode, position: eye } = stage.camera(viewId);
  const depth =
    mode === 'orbit' && loaded.state === 'ready' ? { points: loaded.value, eye } : null;
  const cell = nearestCell(stage.project(viewId), visible.peek(), at, REACH, depth);
  return cell < 0 ? null : cell;
}

export class Taking {
  readonly app: App;
  readonly stage: Stage;

  /** @param tool - the tool's id */
  constructor(
    context: ToolContext,
    readonly tool: string,
    readonly viewId: string,
    readonly operation: SetOperation
  ) {
    this.app = context.app;
    this.stage = context.stage;
  }

  get dimension(): Dimension {
    const { views, activeView } = this.app;
    return (views.peek().find(({ id }) => id === this.viewId) ?? activeView.peek()).dimension;
  }

  /** Coordinates of all cells; null while they are on their way. */
  get points(): Float32Array | null {
    const points = this.app.data(this.viewId).points.peek();
    return points.state === 'ready' ? points.value : null;
  }

  get visible(): Uint8Array | null {
    return this.app.data(this.viewId).visible.peek();
  }

  /** The visible cell at a place, null for none. */
  cellAt(at: ScreenPoint): number | null {
    return cellAt(this.app, this.stage, this.viewId, at);
  }

  /** Show what these visible cells would make of the selection; returns how many it would have. */
  preview(cells: Uint32Array): number {
    return previewCandidate(this.app, cells, this.operation);
  }

  /** Say something beside the pointer. */
  say(at: ScreenPoint, words: string): void {
    this.app.beside.value = { viewId: this.viewId, at, words };
  }

  outline(polygon: readonly ScreenPoint[]): void {
    this.stage.outline(this.viewId, polygon);
  }

  /**
   * Join the cells to the selection.
   *
   * @param cells - hidden ones may be among them: they are left out, and counted
   * @param detail - what the tool had, so that it can be repeated
   */
  end(cells: Uint32Array, detail: Readonly<Record<string, unknown>>): void {
    const { app, tool, operation, viewId, dimension } = this;
    this.clear();
    stepCandidate(app, cells, {
      tool,
      operation,
      view: viewId,
      dimension,
      detail: { ...detail, filters: filtersOn(app, viewId) }
    });
  }

  /** Nothing is shown of it any more. */
  clear(): void {
    this.stage.outline(this.viewId, null);
    this.app.preview.value = null;
    this.app.beside.value = null;
  }
}
