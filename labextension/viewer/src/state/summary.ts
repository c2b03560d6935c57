/**
 * What is to be said of a set of cells at a glance: its size, its numbers in the field that is
 * shown, and the columns of numbers in which it differs most from the rest.
 */
import { computed, effect, signal, type ReadonlySignal, type Signal } from '@preact/signals';

import { latest } from '../base/lifetime';
import { complement, countMasked } from '../cells/cellset';
import { maskOf } from '../cells/masks';
import { contrast, median, standardised, type Contrast } from '../cells/moments';
import type { ContinuousColumn } from '../data/dataset';
import type { App } from './app';
import { isAwaited } from './awaited';
import { isArriving } from './highlights';
import type { FieldRef, Group, Page } from './types';

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
  /** How many columns were looked at, of how many that are, and how many there are in all. */
  readonly done: number;
  readonly of: number;
  readonly columns: number;
}

/** The field that is shown, in the set and in the rest. */
export interface Statistics extends Contrast {
  readonly ref: FieldRef;
  readonly medians: readonly [inside: number, outside: number];
}

const NONE: Differences = { found: [], done: 0, of: 0, columns: 0 };
const NO_CELLS = new Uint32Array(0);

export class Summary {
  /** Null: the selection while there is one, else the page. */
  readonly chosen: Signal<Subject | null> = signal(null);
  readonly subject: ReadonlySignal<Subject>;
  /** None while they are on their way. */
  readonly cells: ReadonlySignal<Uint32Array>;
  readonly arriving: ReadonlySignal<boolean>;
  readonly nVisible: ReadonlySignal<number>;
  readonly differences: ReadonlySignal<Differences>;
  /** Null until it is computed, and where no numbers are shown. */
  readonly statistics: ReadonlySignal<Statistics | null>;

  readonly #differences = signal(NONE);
  readonly #statistics = signal<Statistics | null>(null);
  readonly #find: (shown: ContinuousColumn | null, refs: readonly FieldRef[]) => Promise<void>;
  readonly #stop: () => void;

  constructor(app: App) {
    this.subject = computed(() => subjectOf(app, this.chosen.value));
    this.arriving = computed(() => isOnItsWay(app, this.subject.value));
    this.cells = computed(() =>
      this.arriving.value ? NO_CELLS : cellsOf(app, this.subject.value)
    );
    this.nVisible = computed(() => countMasked(this.cells.value, app.visible.value));
    this.differences = this.#differences;
    this.statistics = this.#statistics;
    this.#find = latest((aborted, shown, refs) => this.#hold(app, shown, refs, aborted));
    const shown = computed(() => {
      const column = app.column.value;
      return column?.state === 'ready' && column.value.kind === 'continuous' ? column.value : null;
    });
    this.#stop = effect(() => {
      const some = this.cells.value.length > 0;
      const { list } = app.fields.value;
      const refs = list.filter(field => field.kind === 'continuous').map(({ ref }) => ref);
      void this.#find(some ? shown.value : null, some ? refs : []);
    });
  }

  dispose(): void {
    this.#stop();
    void this.#find(null, []);
  }

  /** Hold the cells against the rest: first by what is shown, then column by column. */
  async #hold(
    app: App,
    shown: ContinuousColumn | null,
    refs: readonly FieldRef[],
    aborted: AbortSignal
  ): Promise<void> {
    const cells = this.cells.peek();
    const { nCells, keeps } = app.dataset;
    // Those looked at stay loaded for the next set, beside what else is.
    const of = Math.min(refs.length, Math.max(1, keeps >> 1));
    this.#differences.value = { ...NONE, of, columns: refs.length };
    this.#statistics.value = null;
    if (shown === null && refs.length === 0) {
      return;
    }
    const inSet = maskOf(cells, nCells);
    if (shown !== null) {
      const told = await statisticsOf(shown, cells, inSet);
      if (aborted.aborted) {
        return;
      }
      this.#statistics.value = told;
    }
    let found: readonly Difference[] = [];
    for (let i = 0; i < of; i++) {
      const difference = await differenceOf(app, refs[i]!, inSet);
      await others();
      if (aborted.aborted) {
        return;
      }
      if (difference !== null && difference.effect === difference.effect) {
        found = [...found, difference].sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect));
      }
      this.#differences.value = { found, done: i + 1, of, columns: refs.length };
    }
  }
}

/** The screen is drawn and keys are heard between two steps. */
function others(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve));
}

async function statisticsOf(
  { ref, values }: ContinuousColumn,
  cells: Uint32Array,
  inSet: Uint8Array
): Promise<Statistics> {
  const found = contrast(values, inSet);
  await others();
  const inside = median(values, cells);
  await others();
  const outside = median(values, complement(cells, inSet.length));
  return { ...found, ref, medians: [inside, outside] };
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

/** A group that is not on the page any more is no choice. */
function subjectOf(app: App, chosen: Subject | null): Subject {
  const known =
    chosen !== null &&
    (typeof chosen === 'string' ||
      app.activePage.value.groups.some(group => group.id === chosen.groupId));
  return known ? chosen : app.candidate.value.cells === null ? 'page' : 'selection';
}

function isOnItsWay(app: App, subject: Subject): boolean {
  const page = app.activePage.value;
  return subject === 'page'
    ? isArriving(page)
    : subject !== 'selection' && isAwaited(groupIn(page, subject.groupId)?.cells ?? NO_CELLS);
}

function groupIn({ groups }: Page, id: string): Group | undefined {
  return groups.find(group => group.id === id);
}

function cellsOf(app: App, subject: Subject): Uint32Array {
  if (subject === 'selection') {
    return app.candidate.value.cells ?? NO_CELLS;
  }
  if (subject === 'page') {
    return app.highlighted.value;
  }
  return groupIn(app.activePage.value, subject.groupId)?.cells ?? NO_CELLS;
}
