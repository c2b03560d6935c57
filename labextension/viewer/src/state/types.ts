/**
 * The values the viewer's state is made of. They are replaced, never edited: history, derived
 * masks and sessions may share them. References are names (field keys, categories, page ids),
 * never positions in a list, so that they outlive edits.
 */
import type { SmallCodes } from '../cells/regroup';
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
      /** Whether cells without a value are hidden, too. */
      readonly missing: boolean;
      readonly enabled: boolean;
    }
  | {
      readonly kind: 'range';
      readonly field: FieldRef;
      readonly min: number;
      readonly max: number;
      /** Whether cells without a finite value are hidden, too. */
      readonly missing: boolean;
      readonly enabled: boolean;
    }
  | {
      /** Cells farther from the rest of their category than `threshold`, a quantile from 0 to 1. */
      readonly kind: 'outlier';
      readonly field: FieldRef;
      readonly threshold: number;
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
  /** Numbers are coloured by their logarithm; what has none is drawn like a missing value. */
  readonly log: boolean;
  /** The colours span the range that is filtered for, not that of all values. */
  readonly rangeFollows: boolean;
  /** The graph of neighbours is drawn between visible cells. */
  readonly edges: boolean;
}

/** What one view shows: a descriptor that can be saved and replayed, without a value per cell. */
export interface View {
  readonly id: string;
  readonly kind: 'live' | 'kept';
  readonly dimension: Dimension;
  /** What a drag does in 3D: turn around the cells, or fly among them. */
  readonly navigation: 'orbit' | 'fly';
  /** One camera a dimension, so that going to 3D and back finds the old place. Absent: all cells framed. */
  readonly cameras: Readonly<Partial<Record<Dimension, Camera>>>;
  readonly field: FieldRef | null;
  readonly filters: readonly Filter[];
  readonly look: Look;
}

/** A place on the screen, in CSS pixels from the top left corner of what it lies in. */
export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A floating panel that shows something of pages or of what is visible. Results are never kept. */
export interface AnalysisWindow {
  readonly id: string;
  readonly kind: 'composition' | 'distribution' | 'scatter';
  /** What is on its axes; null where nothing is chosen yet. */
  readonly fields: readonly (FieldRef | null)[];
  /** Ids of the pages that are compared; null for all. */
  readonly pages: readonly string[] | null;
  readonly place: Rect;
}

/** How the views share the picture; locked, they are looked at from one camera a dimension. */
export interface Layout {
  readonly mode: 'single' | 'grid';
  readonly camerasLocked: boolean;
  /** The number of the view that is kept next; it only rises, so that an id is never given twice. */
  readonly nextView: number;
}

/** A field that a person made; its `FieldRef` is of source `user`, with its id as the key. */
export interface MadeField {
  /** `user_cat_1`, `user_num_1`, ….. */
  readonly id: string;
  /** What it tells of: a field made of a gene is `var`, and has one value a cell all the same. */
  readonly source: 'obs' | 'var';
  /** Its name. */
  readonly key: string;
  readonly state: 'shown' | 'deleted' | 'purged';
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly made: MadeCategories | MadeCopy;
  /** How it was made, as sessions tell it: `operation`, `sourcePages`, …. */
  readonly extra: Readonly<Record<string, unknown>>;
}

export interface MadeCategories {
  readonly kind: 'category';
  readonly categories: readonly string[];
  /** "#rrggbb" of each category, null for the palette's. */
  readonly colors: readonly (string | null)[];
  /** One a cell; a code that is no category's index is a missing value. */
  readonly codes: SmallCodes;
  /** The field it was derived from, if any. */
  readonly of: FieldRef | null;
}

/** Another name for a continuous field or gene. */
export interface MadeCopy {
  readonly kind: 'continuous';
  readonly of: FieldRef;
}

/** What a person did to fields: the data's own are never changed. Keys are `fieldId`s. */
export interface FieldEdits {
  /** New names of the data's fields. */
  readonly names: ReadonlyMap<string, string>;
  /** New names of the data's categories, by field, then by the category's own name. */
  readonly categories: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Colours given to the data's categories, in the same way. */
  readonly colors: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Fields of the data that are out of sight; those purged can't be had back. */
  readonly deleted: ReadonlyMap<string, 'deleted' | 'purged'>;
  readonly made: readonly MadeField[];
  /** The counter only rises, so that an id is never given twice. */
  readonly nextField: number;
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
  /** A `GroupType`, or what another writer calls it. */
  readonly type: string;
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
  /** The group it was taken from, which Confirm will replace; null for a new one. */
  readonly groupId: string | null;
  /** What had been begun when that group was taken up; Confirm and Cancel go back to it. */
  readonly over: Candidate | null;
}

/** A candidate that undo or redo of the selection brings back. */
export interface LeftCandidate {
  readonly candidate: Candidate;
  /** When it was left, by `Changes.tick`. */
  readonly at: number;
}

/** A part of a session file as it stands there. */
export interface StoredPart {
  readonly id: string;
  /** What the manifest says of it. */
  readonly described: Readonly<Record<string, unknown>>;
  readonly stored: Uint8Array<ArrayBuffer>;
}

/** How the panel and its sections stand. */
export interface Panels {
  /** Null: open where there is room. */
  readonly open: boolean | null;
  /** Sections that are not as they begin: whether each is open, by its name. */
  readonly sections: Readonly<Record<string, boolean>>;
}

export interface Message {
  readonly id: number;
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
  /** What a person can do about it, beside the text. */
  readonly action: { readonly label: string; readonly act: () => void } | null;
  /** What only the last word is of interest about; null for nothing of the kind. */
  readonly about: 'history' | 'autosave' | null;
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
