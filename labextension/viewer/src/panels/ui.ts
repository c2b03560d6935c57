/** What the panels remember for themselves: nothing a session saves. */
import { signal, type Signal } from '@preact/signals';
import type { Plan } from '../state/builder';
import type { SetOperation } from '../state/types';

/** A point that arrows move over a view, in its CSS pixels. */
export interface Crosshair {
  readonly viewId: string;
  readonly at: readonly [x: number, y: number];
  /** Whether a gesture was begun. */
  readonly drawing: boolean;
  /** The visible cell there, null for none. */
  readonly cell: number | null;
}

export type SheetName = 'help' | 'about' | 'builder';

export interface Ui {
  /** What a plain drag with a chosen tool does to the selection. */
  readonly operation: Signal<SetOperation>;
  readonly panelOpen: Signal<boolean>;
  /** Where the keyboard points, while a tool is used by it. */
  readonly crosshair: Signal<Crosshair | null>;
  /** The sheet that lies over the page, if any. */
  readonly sheet: Signal<SheetName | null>;
  /** The analysis window that was opened here and has not had the focus yet. */
  readonly opened: Signal<string | null>;
  /** What is typed to select by, kept while its panel is closed. */
  readonly typed: Readonly<Record<SelectBy, Signal<string>>>;
  /** What the category builder is set to, once it was touched and until it has built. */
  readonly plan: Signal<Plan | null>;
}

/** Names of cells, or a condition. */
export type SelectBy = 'names' | 'condition';

/** Narrower than this, the panel lies over the picture; the style says the same. */
const NARROW = 640;

export function isNarrow(): boolean {
  return window.innerWidth < NARROW;
}

export function createUi(panelOpen: boolean): Ui {
  return {
    operation: signal<SetOperation>('replace'),
    panelOpen: signal(panelOpen),
    crosshair: signal<Crosshair | null>(null),
    sheet: signal<SheetName | null>(null),
    opened: signal<string | null>(null),
    typed: { names: signal(''), condition: signal('') },
    plan: signal<Plan | null>(null)
  };
}
