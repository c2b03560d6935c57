/** What the panels remember for themselves: nothing a session saves. */
import { computed, effect, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { App } from '../state/app';
import type { Plan } from '../state/builder';
import { openPanel } from '../state/panels';
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

export type SheetName = 'help' | 'about' | 'builder' | 'save' | 'earlier' | 'share';

export interface Ui {
  /** What a plain drag with a chosen tool does to the selection. */
  readonly operation: Signal<SetOperation>;
  /** Whether the page is so narrow that the panel lies over the picture. */
  readonly narrow: ReadonlySignal<boolean>;
  /** Whether it does, where it can: that is this page's own. */
  readonly panelOver: Signal<boolean>;
  readonly panelOpen: ReadonlySignal<boolean>;
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

/** Where the panel lies over the picture; the style says the same. */
export const NARROW = '(max-width: 639px)';

export function createUi(app: App, narrow: ReadonlySignal<boolean> = signal(false)): Ui {
  // What was wide stays as it stood when it becomes narrow.
  const panelOver = signal(!narrow.peek());
  const plan = signal<Plan | null>(null);
  effect(() => {
    // The pages of a session are others than those it was made of, whatever their ids.
    if (app.arrival.value !== null) {
      plan.value = null;
    }
  });
  return {
    operation: signal<SetOperation>('replace'),
    narrow,
    panelOver,
    panelOpen: computed(() =>
      narrow.value ? panelOver.value : (app.panels.value.open ?? true)
    ),
    crosshair: signal<Crosshair | null>(null),
    sheet: signal<SheetName | null>(null),
    opened: signal<string | null>(null),
    typed: { names: signal(''), condition: signal('') },
    plan
  };
}

/** Open or close the panel. */
export function setPanelOpen(app: App, ui: Ui, open: boolean): void {
  ui.panelOver.value = open;
  if (!ui.narrow.peek()) {
    openPanel(app, open);
  }
}
