/** What the panels remember for themselves: nothing a session saves. */
import { signal, type Signal } from '@preact/signals';
import type { SetOperation } from '../state/types';

export type SheetName = 'help' | 'about';

export interface Ui {
  /** What a plain drag with a chosen tool does to the selection. */
  readonly operation: Signal<SetOperation>;
  readonly panelOpen: Signal<boolean>;
  /** The sheet that lies over the page, if any. */
  readonly sheet: Signal<SheetName | null>;
}

export function createUi(panelOpen: boolean): Ui {
  return {
    operation: signal<SetOperation>('replace'),
    panelOpen: signal(panelOpen),
    sheet: signal<SheetName | null>(null)
  };
}
