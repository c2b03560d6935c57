/** What the panels remember for themselves: nothing a session saves. */
import { signal, type Signal } from '@preact/signals';
import type { SetOperation } from '../state/types';

export interface Ui {
  /** What a plain drag with a chosen tool does to the selection. */
  readonly operation: Signal<SetOperation>;
  readonly panelOpen: Signal<boolean>;
  readonly helpOpen: Signal<boolean>;
}

export function createUi(panelOpen: boolean): Ui {
  return {
    operation: signal<SetOperation>('replace'),
    panelOpen: signal(panelOpen),
    helpOpen: signal(false)
  };
}
