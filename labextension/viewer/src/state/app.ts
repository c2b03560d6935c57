/**
 * The viewer's state, without a DOM: read-only signals here, commands as plain functions beside.
 *
 * `views`, `activeViewId` and `highlights` are what a person made: history and sessions keep them.
 * The rest is derived from them and the dataset, or belongs to this page only.
 */
import { computed, effect, signal, type ReadonlySignal, type Signal } from '@preact/signals';

import type { JsonObject } from '../base/check';
import { unionAll } from '../cells/cellset';
import type { Column, Dataset } from '../data/dataset';
import { fieldId } from '../data/field';
import { Changes, type Slot } from './change';
import { cellColors, count, visibleMask } from './derive';
import { halosOf, type Halo } from './halos';
import { say } from './messages';
import { firstPage, liveView } from './opening';
import { settled, settleReferences } from './settle';
import { LOADING, Shown, type Loaded, type Owner } from './shown';
import type {
  Candidate,
  Done,
  FieldRef,
  Highlights,
  Message,
  Page,
  Theme,
  View
} from './types';

export interface Connection {
  readonly state: 'connecting' | 'open' | 'lost' | 'gone';
  readonly reason?: string;
}

export const NO_CANDIDATE: Candidate = { cells: null, steps: [], pageId: null };

export class App implements Owner {
  readonly changes = new Changes();
  readonly slots: {
    readonly views: Slot<readonly View[]>;
    readonly activeViewId: Slot<string>;
    readonly highlights: Slot<Highlights>;
    readonly candidate: Slot<Candidate>;
  };

  readonly theme: Signal<Theme> = signal('light');
  readonly connection: Signal<Connection> = signal({ state: 'connecting' });
  /** The chosen tool; null means that drags move the camera. */
  readonly tool: Signal<string | null> = signal(null);
  /** Size of the live view in CSS pixels, as the stage last had it. */
  readonly viewport: Signal<{ readonly width: number; readonly height: number } | null> =
    signal(null);
  /** Python asked for a still picture: none is drawn until the person goes on. */
  readonly frozen: Signal<boolean> = signal(false);
  /** The picture as it was frozen, as an address. */
  readonly still: Signal<string | null> = signal(null);
  /** Commands of Python that are not done yet, in their order. */
  readonly commands: Signal<readonly JsonObject[]> = signal([]);
  readonly messages: Signal<readonly Message[]> = signal([]);
  /** Candidates before and after the present one, for its own undo and redo. */
  readonly candidatePast: Signal<readonly Candidate[]> = signal([]);
  readonly candidateFuture: Signal<readonly Candidate[]> = signal([]);

  readonly activeView: ReadonlySignal<View>;
  readonly activePage: ReadonlySignal<Page>;
  readonly points: ReadonlySignal<Loaded<Float32Array>>;
  readonly column: ReadonlySignal<Loaded<Column> | null>;
  readonly visible: ReadonlySignal<Uint8Array | null>;
  readonly nVisible: ReadonlySignal<number>;
  readonly colors: ReadonlySignal<Uint8Array>;
  /** The cells of the active page's groups that are shown, by colour. */
  readonly halos: ReadonlySignal<readonly Halo[]>;
  /** All of them in one set. */
  readonly highlighted: ReadonlySignal<Uint32Array>;
  readonly canUndo: ReadonlySignal<boolean>;
  readonly canRedo: ReadonlySignal<boolean>;
  readonly canUndoCandidate: ReadonlySignal<boolean>;
  readonly canRedoCandidate: ReadonlySignal<boolean>;

  /** The dataset, which may be read again, and what is loaded of it. */
  readonly shown: Shown;

  readonly #listeners: ((done: Done) => void)[] = [];

  constructor(dataset: Dataset) {
    const view = liveView(dataset);
    const page = firstPage();
    this.slots = {
      views: this.changes.slot<readonly View[]>([view], (back, now) =>
        // What is gone since then does not come back with them.
        settled(withCameras(back, now), this.dataset).views
      ),
      activeViewId: this.changes.slot(view.id),
      highlights: this.changes.slot<Highlights>(
        { pages: [page], activePageId: page.id, nextPage: 2, nextGroup: 1 },
        withCounters
      ),
      // It has an undo of its own.
      candidate: this.changes.slot(NO_CANDIDATE, (_, now) => now)
    };
    const n = dataset.nCells;
    this.activeView = computed(
      () => this.views.value.find(v => v.id === this.slots.activeViewId.signal.value) ?? view
    );
    this.activePage = computed(() => {
      const { pages, activePageId } = this.highlights.value;
      return pages.find(p => p.id === activePageId) ?? pages[0] ?? page;
    });
    this.shown = new Shown(dataset, this);
    this.points = computed(
      () => this.shown.points.value.get(this.activeView.value.dimension) ?? LOADING
    );
    this.column = computed(() => {
      const { field } = this.activeView.value;
      return field === null ? null : (this.shown.columns.value.get(fieldId(field)) ?? LOADING);
    });
    const filters = computed(() => this.activeView.value.filters);
    this.visible = computed(() =>
      visibleMask(filters.value, field => this.#ready(field), n)
    );
    this.nVisible = computed(() => count(this.visible.value, n));
    const colormap = computed(() => this.activeView.value.look.colormap);
    const column = computed(() => {
      const { field } = this.activeView.value;
      return field === null ? null : this.#ready(field);
    });
    this.colors = computed(() => cellColors(column.value, colormap.value, n));
    this.halos = computed(() => halosOf(this.activePage.value, n));
    this.highlighted = computed(() => {
      const halos = this.halos.value;
      return halos.length === 1 ? halos[0]!.cells : unionAll(halos.map(halo => halo.cells), n);
    });
    this.canUndo = computed(() => this.changes.past.value.length > 0);
    this.canRedo = computed(() => this.changes.future.value.length > 0);
    this.canUndoCandidate = computed(() => this.candidatePast.value.length > 0);
    this.canRedoCandidate = computed(() => this.candidateFuture.value.length > 0);
    this.shown.follow();
    effect(() => {
      if (this.connection.value.state === 'open') {
        this.shown.retry();
      }
    });
  }

  /** The dataset as it is now. */
  get dataset(): Dataset {
    return this.shown.dataset.value;
  }

  get views(): ReadonlySignal<readonly View[]> {
    return this.slots.views.signal;
  }

  get highlights(): ReadonlySignal<Highlights> {
    return this.slots.highlights.signal;
  }

  get candidate(): ReadonlySignal<Candidate> {
    return this.slots.candidate.signal;
  }

  get revision(): ReadonlySignal<number> {
    return this.changes.revision;
  }

  replaced(put: () => void): void {
    this.changes.change(
      'refresh',
      () => {
        put();
        settleReferences(this);
        say(this, 'info', 'The notebook’s data were read again.');
      },
      { origin: 'python', record: false }
    );
  }

  /** Be told of what a person does that is no state: confirms, points, clicks. */
  onDone(listener: (done: Done) => void): void {
    this.#listeners.push(listener);
  }

  tell(done: Done): void {
    for (const listener of this.#listeners) {
      listener(done);
    }
  }

  #ready(ref: FieldRef): Column | null {
    const loaded = this.shown.columns.value.get(fieldId(ref));
    return loaded?.state === 'ready' ? loaded.value : null;
  }
}

/** Looking around is not undone: views come back with the cameras they have now. */
function withCameras(back: readonly View[], now: readonly View[]): readonly View[] {
  return back.map(view => {
    const cameras = now.find(({ id }) => id === view.id)?.cameras ?? view.cameras;
    return cameras === view.cameras ? view : { ...view, cameras };
  });
}

/** Ids are never given twice, not even to something else after an undo. */
function withCounters(back: Highlights, now: Highlights): Highlights {
  return {
    ...back,
    nextPage: Math.max(back.nextPage, now.nextPage),
    nextGroup: Math.max(back.nextGroup, now.nextGroup)
  };
}
