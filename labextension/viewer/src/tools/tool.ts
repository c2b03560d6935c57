/**
 * What a selection tool is, and what it needs of the drawing surface.
 *
 * Tools know no renderer: they reach it through the `Stage` port below, which `main.ts` fills with
 * the real one. So a tool runs in a test on a stage of twenty lines.
 */
import type { App } from '../state/app';
import type { Needs } from '../state/shown';
import type { Camera, SetOperation } from '../state/types';

export type ScreenPoint = readonly [x: number, y: number];

/** Any view on the screen can be asked for, by its id; points are counted from its top left corner. */
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
  /** The view under a point of the picture, and the point in that view; null where there is none. */
  viewAt(point: ScreenPoint): { readonly viewId: string; readonly point: ScreenPoint } | null;
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
  /** What a gesture of it is, in a few words: said while nothing is selected. */
  hint(app: App): string;
  /** Why it can't be used in the active view, in words; null where it can. */
  obstacle(app: App): string | null;
  /** Parts of the data that it needs while it is chosen. */
  readonly needs?: Partial<Needs>;
  /** What `Alt` alone does with it; where it does not say, `intersect`. */
  plainAlt?(app: App): SetOperation;
  /** Absent of a tool that has no gestures: it has a panel. */
  begin?(context: ToolContext, viewId: string, at: ScreenPoint, operation: SetOperation): Gesture;
}

/** The modifier keys of a pointer or a key. */
export interface Modifiers {
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

/** The operation that modifier keys ask of a tool; null: none of them is meant for selecting. */
export function operationOf(keys: Modifiers, tool: Tool | null, app: App): SetOperation | null {
  if (!keys.altKey) {
    return null;
  }
  if (keys.ctrlKey || keys.metaKey) {
    return 'remove';
  }
  return keys.shiftKey ? 'add' : (tool?.plainAlt?.(app) ?? 'intersect');
}
