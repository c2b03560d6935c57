/**
 * The values the viewer's state is made of. They are replaced, never edited: history, derived
 * masks and sessions may share them. References are names (field keys, categories, page ids),
 * never positions in a list, so that they outlive edits.
 */
import type { Dimension, FieldRef } from '../data/field';

export type { Dimension, FieldRef };

export type Vec3 = readonly [number, number, number];
export type Theme = 'light' | 'dark';

/**
 * Where a view is looked at from, in the coordinates of the points files (about −1 … 1).
 *
 * `planar`: `target` is the point in the middle of the view and `zoom` the scale: with
 * s = zoom × min(width, height) / 2 CSS pixels, a cell (x, y) is drawn at
 * (width / 2 + (x − target.x) s, height / 2 − (y − target.y) s).
 * `orbit`: a perspective camera of 45° vertical field of view (divided by `zoom` as three.js does)
 * at `position`, looking at `target`, with `up`.
 */
export interface Camera {
  readonly mode: 'planar' | 'orbit';
  readonly position: Vec3;
  readonly target: Vec3;
  readonly up: Vec3;
  readonly zoom: number;
}

/** Hides cells of a view. Filters are joined by AND; a disabled one is kept but does nothing. */
export type Filter =
  | {
      readonly kind: 'category';
      readonly field: FieldRef;
      readonly hidden: readonly string[];
      readonly enabled: boolean;
    }
  | {
      readonly kind: 'range';
      readonly field: FieldRef;
      readonly min: number;
      readonly max: number;
      readonly enabled: boolean;
    }
  | {
      /** Cells that Python hid: ascending, distinct row indices. */
      readonly kind: 'cells';
      readonly hidden: Uint32Array;
      readonly enabled: boolean;
    };

export interface Look {
  /** Diameter of a cell in CSS pixels, before the zoom has its effect; null: chosen by the number of cells. */
  readonly pointSize: number | null;
  readonly colormap: string;
}

/** What one view shows: a descriptor that can be saved and replayed, without a value per cell. */
export interface View {
  readonly id: string;
  readonly kind: 'live' | 'kept';
  readonly dimension: Dimension;
  /** One camera a dimension, so that going to 3D and back finds the old place. Absent: all cells framed. */
  readonly cameras: Readonly<Partial<Record<Dimension, Camera>>>;
  readonly field: FieldRef | null;
  readonly filters: readonly Filter[];
  readonly look: Look;
}

export type GroupType =
  | 'lasso'
  | 'proximity'
  | 'knn'
  | 'category'
  | 'range'
  | 'annotation'
  | 'combined';

export type SetOperation = 'replace' | 'intersect' | 'add' | 'remove';

/** One gesture of a selection, told so that it can be understood and repeated. */
export interface RecipeStep {
  readonly tool: string;
  readonly operation: SetOperation;
  readonly view: string;
  readonly dimension: Dimension;
  /** What the tool had: a lasso its polygon (embedding coordinates in 2D, pixels and camera in 3D). */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A set of cells a person confirmed: `cells` are ascending, distinct row indices. */
export interface Group {
  readonly id: string;
  readonly type: GroupType;
  readonly label: string;
  readonly enabled: boolean;
  /** "#rrggbb" of its halo; null for that of its page. */
  readonly color: string | null;
  readonly cells: Uint32Array;
  readonly recipe: readonly RecipeStep[];
  /** Keys of the session's group that this version does not use, carried along when it is saved. */
  readonly extra: Readonly<Record<string, unknown>>;
}

export interface Page {
  readonly id: string;
  readonly name: string;
  readonly color: string;
  readonly groups: readonly Group[];
}

/** Pages in order. The counters only rise, so that an id is never given twice. */
export interface Highlights {
  readonly pages: readonly Page[];
  readonly activePageId: string;
  readonly nextPage: number;
  readonly nextGroup: number;
}

/** The selection being made: previewed, never saved. `cells` null means that nothing was begun. */
export interface Candidate {
  readonly cells: Uint32Array | null;
  readonly steps: readonly RecipeStep[];
  /** The page that was active when the selection began: Confirm puts the group there. */
  readonly pageId: string | null;
}

export interface Message {
  readonly id: number;
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
}

/** What a person did that is no state, as Python hears of it. */
export type Done =
  | {
      readonly type: 'selection';
      readonly groupId: string;
      readonly label: string;
      readonly source: string;
      readonly cells: Uint32Array;
    }
  | {
      readonly type: 'hover';
      /** Row of the cell that is pointed at, null for none. */
      readonly cell: number | null;
      /** Its place in the embedding, a number a dimension. */
      readonly position: readonly number[] | null;
    }
  | {
      readonly type: 'click';
      readonly cell: number;
      readonly button: number;
      readonly shift: boolean;
      readonly ctrl: boolean;
    };
