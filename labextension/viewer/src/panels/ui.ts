/** What the panels remember for themselves: nothing a session saves. */
import { signal, type Signal } from '@preact/signals';
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
}

export function createUi(panelOpen: boolean): Ui {
  return {
    operation: signal<SetOperation>('replace'),
    panelOpen: signal(panelOpen),
    crosshair: signal<Crosshair | null>(null),
    sheet: signal<SheetName | null>(null)
  };
}
