/**
 * What is to be said of a set of cells at a glance: its size, its composition, and the columns of
 * numbers in which it differs most from the rest.
 */
import { computed, effect, signal, type ReadonlySignal, type Signal } from '@preact/signals';

import { latest } from '../base/lifetime';
import { masked } from '../cells/cellset';
import { contrast, standardised, type Contrast } from '../cells/moments';
import type { App } from './app';
import type { FieldRef } from './types';

/** Whose cells: the selection being made, all groups of the active page that are on, or one group. */
export type Subject = 'selection' | 'page' | { readonly groupId: string };

export interface Difference extends Contrast {
  readonly ref: FieldRef;
  readonly name: string;
  /** Difference of the means in units of their spread. */
  readonly effect: number;
}

export interface Differences {
  /** The largest first. */
  readonly found: readonly Difference[];
  /** How many columns were looked at, of how many. */
  readonly done: number;
  readonly of: number;
}

/** More columns are not looked at: each is loaded for it. */
export const MOST_COLUMNS = 100;

const NONE: Differences = { found: [], done: 0, of: 0 };
const NO_CELLS = new Uint32Array(0);

export class Summary {
  /** Null: the selection while there is one, else the page. */
  readonly chosen: Signal<Subject | null> = signal(null);
  readonly subject: ReadonlySignal<Subject>;
  readonly cells: ReadonlySignal<Uint32Array>;
  readonly nVisible: ReadonlySignal<number>;
  readonly differences: ReadonlySignal<Differences>;

  readonly #differences = signal(NONE);
  readonly #find: (refs: readonly FieldRef[]) => Promise<void>;
  readonly #stop: () => void;

  constructor(app: App) {
    this.subject = computed(
      () => this.chosen.value ?? (app.candidate.value.cells === null ? 'page' : 'selection')
    );
    this.cells = computed(() => cellsOf(app, this.subject.value));
    this.nVisible = computed(() => masked(this.cells.value, app.visible.value).length);
    this.differences = this.#differences;
    this.#find = latest((aborted, refs) => this.#hold(app, refs, aborted));
    this.#stop = effect(() => {
      const cells = this.cells.value;
      const { list } = app.fields.value;
      const refs = list.filter(field => field.kind === 'continuous').map(({ ref }) => ref);
      void this.#find(cells.length > 0 ? refs : []);
    });
  }

  dispose(): void {
    this.#stop();
    void this.#find([]);
  }

  /** Hold the cells against the rest, column by column. */
  async #hold(app: App, refs: readonly FieldRef[], aborted: AbortSignal): Promise<void> {
    const cells = this.cells.peek();
    const of = Math.min(refs.length, MOST_COLUMNS);
    this.#differences.value = { ...NONE, of };
    const inSet = new Uint8Array(cells.length > 0 ? app.dataset.nCells : 0);
    cells.forEach(cell => (inSet[cell] = 1));
    let found: readonly Difference[] = [];
    for (let i = 0; i < of; i++) {
      const difference = await differenceOf(app, refs[i]!, inSet);
      // The screen is drawn and keys are heard between two columns.
      await new Promise(resolve => setTimeout(resolve));
      if (aborted.aborted) {
        return;
      }
      if (difference !== null && difference.effect === difference.effect) {
        found = [...found, difference].sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect));
      }
      this.#differences.value = { found, done: i + 1, of };
    }
  }
}

/** Null where the column can't be had: who looks at it is told why. */
async function differenceOf(
  app: App,
  ref: FieldRef,
  inSet: Uint8Array
): Promise<Difference | null> {
  const fields = app.fields.peek();
  const source = fields.sourceOf(ref);
  const column = source && (await app.shown.read(data => data.column(source)).catch(() => null));
  if (column?.kind !== 'continuous') {
    return null;
  }
  const found = contrast(column.values, inSet);
  return { ...found, ref, name: fields.nameOf(ref), effect: standardised(found) };
}

function cellsOf(app: App, subject: Subject): Uint32Array {
  if (subject === 'selection') {
    return app.candidate.value.cells ?? NO_CELLS;
  }
  if (subject === 'page') {
    return app.highlighted.value;
  }
  const groups = app.highlights.value.pages.flatMap(page => page.groups);
  return groups.find(group => group.id === subject.groupId)?.cells ?? NO_CELLS;
}
