/**
 * What a selection tool is, and what it needs of the drawing surface.
 *
 * Tools know no renderer: they reach it through the `Stage` port below, which `main.ts` fills with
 * the real one. So a tool runs in a test on a stage of twenty lines.
 */
import type { App } from '../state/app';
import type { Camera, RecipeStep, SetOperation } from '../state/types';

export type ScreenPoint = readonly [x: number, y: number];

export interface Stage {
  /** Size of a view in CSS pixels. */
  size(viewId: string): { width: number; height: number };
  /** The camera a view is drawn with; one that frames all cells while the view has none of its own. */
  camera(viewId: string): Camera;
  /**
   * Screen positions of all cells in a view, x and y interleaved in CSS pixels from the view's top
   * left corner; NaN for a cell that is behind the camera or has no position. Valid until the camera moves.
   */
  project(viewId: string): Float32Array;
  /** From a place on the screen to embedding coordinates; planar views only, null otherwise. */
  unproject(viewId: string, point: ScreenPoint): readonly [number, number] | null;
  /** A closed polygon drawn over a view while it is made; null removes it. */
  outline(viewId: string, polygon: readonly ScreenPoint[] | null): void;
}

/** One gesture of a tool in one view, from pointer down to pointer up. */
export interface Gesture {
  move(point: ScreenPoint): void;
  /** Ends the gesture: the candidate set is changed. */
  end(point: ScreenPoint): void;
  /** Ends it with nothing changed: Escape, a lost pointer, a tool put away. */
  cancel(): void;
}

export interface ToolContext {
  readonly app: App;
  readonly stage: Stage;
}

export interface Tool {
  readonly id: string;
  readonly label: string;
  /** The key that chooses it, one character. */
  readonly key: string;
  available(app: App): boolean;
  begin(context: ToolContext, viewId: string, at: ScreenPoint, operation: SetOperation): Gesture;
}

export type { RecipeStep };
