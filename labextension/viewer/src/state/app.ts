/**
 * The viewer's state, without a DOM: read-only signals here, commands as plain functions beside.
 *
 * What stands in slots is what a person made: history and sessions keep it. The rest is derived from
 * it and the dataset, or belongs to this page only.
 */
import {
  computed,
  effect,
  signal,
  untracked,
  type ReadonlySignal,
  type Signal
} from '@preact/signals';

import type { JsonObject } from '../base/check';
import { unionAll } from '../cells/cellset';
import type { Column, Dataset } from '../data/dataset';
import { fieldId } from '../data/field';
import { text } from '../text';
import type { Arrival } from './arrival';
import { withCameras } from './cameras';
import { Changes, type Slot } from './change';
import { Columns } from './columns';
import { Fields, NO_EDITS } from './fields';
import { halosOf, type Halo } from './halos';
import { say } from './messages';
import { firstPage, LAYOUT, liveView, NO_CANDIDATE, PANELS } from './opening';
import { fieldsOf, settled, settleReferences } from './settle';
import { Shown, type Loaded, type Needs, type Owner } from './shown';
import type {
  AnalysisWindow,
  Candidate,
  Done,
  FieldEdits,
  FieldRef,
  Highlights,
  Layout,
  LeftCandidate,
  Message,
  Page,
  Panels,
  Rect,
  StoredPart,
  Theme,
  View
} from './types';
import { ViewData } from './view-data';

export interface Connection {
  /** `none` where the data are read from the server's disk. */
  readonly state: 'connecting' | 'open' | 'lost' | 'gone' | 'none';
  readonly reason?: string;
}

/** Words at a place of a view, in CSS pixels from its top left corner. */
export interface Beside {
  readonly viewId: string;
  readonly at: readonly [x: number, y: number];
  readonly words: string;
}

export class App implements Owner {
  readonly changes = new Changes();
  readonly slots: {
    readonly fields: Slot<FieldEdits>;
    readonly views: Slot<readonly View[]>;
    readonly activeViewId: Slot<string>;
    readonly layout: Slot<Layout>;
    readonly windows: Slot<readonly AnalysisWindow[]>;
    readonly highlights: Slot<Highlights>;
    readonly candidate: Slot<Candidate>;
    readonly panels: Slot<Panels>;
    readonly carried: Slot<readonly StoredPart[]>;
  };

  readonly theme: Signal<Theme> = signal('light');
  readonly connection: Signal<Connection> = signal({ state: 'connecting' });
  /** The chosen tool; null means that drags move the camera. */
  readonly tool: Signal<string | null> = signal(null);
  /** Where each view on the screen is drawn, in CSS pixels of the picture, as the stage last had it. */
  readonly places: Signal<ReadonlyMap<string, Rect>> = signal(new Map());
  /** Python asked for a still picture: none is drawn until the person goes on. */
  readonly frozen: Signal<boolean> = signal(false);
  /** The picture as it was frozen, as an address. */
  readonly still: Signal<string | null> = signal(null);
  /** Commands of Python that are not done yet, in their order. */
  readonly commands: Signal<readonly JsonObject[]> = signal([]);
  readonly messages: Signal<readonly Message[]> = signal([]);
  /** The session that is being restored. */
  readonly arrival: Signal<Arrival | null> = signal(null);
  /** What the candidate set would be if the gesture that is being made ended now. */
  readonly preview: Signal<Uint32Array | null> = signal(null);
  /** What is told beside the pointer while a gesture is made. */
  readonly beside: Signal<Beside | null> = signal(null);
  /** Candidates before and after the present one, for its own undo and redo. */
  readonly candidatePast: Signal<readonly LeftCandidate[]> = signal([]);
  readonly candidateFuture: Signal<readonly LeftCandidate[]> = signal([]);

  readonly activeView: ReadonlySignal<View>;
  readonly activePage: ReadonlySignal<Page>;
  /** The views that are drawn: the active one, or all in a grid. */
  readonly onScreen: ReadonlySignal<readonly View[]>;
  /** Size of the active view in CSS pixels. */
  readonly viewport: ReadonlySignal<{ readonly width: number; readonly height: number } | null>;
  /** All fields, as they were edited. */
  readonly fields: ReadonlySignal<Fields>;
  /** What the active view shows; `data` has it for each. */
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
  /** Columns as they are shown. */
  readonly columns: Columns;

  readonly #data = new Map<string, ViewData>();
  /** Who else needs columns, or the graph. */
  readonly #needed: Signal<ReadonlySet<Partial<Needs>>> = signal(new Set());
  readonly #listeners: ((done: Done) => void)[] = [];

  constructor(dataset: Dataset) {
    const view = liveView(dataset);
    const page = firstPage();
    // In the order in which undo sets them: views are settled by the layout and fields there are then.
    this.slots = {
      layout: this.changes.slot(LAYOUT, (back, now) => ({
        ...back,
        nextView: Math.max(back.nextView, now.nextView)
      })),
      fields: this.changes.slot(NO_EDITS, (back, now) => ({
        ...back,
        nextField: Math.max(back.nextField, now.nextField)
      })),
      views: this.changes.slot<readonly View[]>([view], (back, now, from) =>
        // What is gone since then does not come back with them.
        settled(withCameras(back, now, from, this.#leader()), this.fields.peek()).views
      ),
      activeViewId: this.changes.slot(view.id),
      windows: this.changes.slot<readonly AnalysisWindow[]>([]),
      highlights: this.changes.slot<Highlights>(
        { pages: [page], activePageId: page.id, nextPage: 2, nextGroup: 1 },
        withCounters
      ),
      // It has an undo of its own: what was begun since stays.
      candidate: this.changes.slot(NO_CANDIDATE, (back, now, from) => (now === from ? back : now)),
      panels: this.changes.slot(PANELS),
      carried: this.changes.slot<readonly StoredPart[]>([])
    };
    const n = dataset.nCells;
    this.shown = new Shown(dataset, this);
    this.fields = computed(
      () => new Fields(this.shown.dataset.value, this.slots.fields.signal.value)
    );
    this.columns = new Columns(this.shown, this.fields);
    this.activeView = computed(
      // One that an undo took away leaves the first, which is there always.
      () =>
        this.views.value.find(v => v.id === this.slots.activeViewId.signal.value) ??
        this.views.value[0]!
    );
    this.onScreen = computed(() =>
      this.layout.value.mode === 'grid' ? this.views.value : [this.activeView.value]
    );
    this.viewport = computed(() => this.places.value.get(this.activeView.value.id) ?? null);
    this.activePage = computed(() => {
      const { pages, activePageId } = this.highlights.value;
      return pages.find(p => p.id === activePageId) ?? pages[0] ?? page;
    });
    const active = computed(() => this.data(this.activeView.value.id));
    this.points = computed(() => active.value.points.value);
    this.column = computed(() => active.value.column.value);
    this.visible = computed(() => active.value.visible.value);
    this.nVisible = computed(() => active.value.nVisible.value);
    this.colors = computed(() => active.value.colors.value);
    this.halos = computed(() => halosOf(this.activePage.value, n));
    this.highlighted = computed(() => {
      const halos = this.halos.value;
      return halos.length === 1 ? halos[0]!.cells : unionAll(halos.map(halo => halo.cells), n);
    });
    this.canUndo = computed(() => this.changes.past.value.length > 0);
    this.canRedo = computed(() => this.changes.future.value.length > 0);
    this.canUndoCandidate = computed(() => this.candidatePast.value.length > 0);
    this.canRedoCandidate = computed(() => this.candidateFuture.value.length > 0);
    effect(() => {
      const there = new Set(this.views.value.map(({ id }) => id));
      [...this.#data.keys()].filter(id => !there.has(id)).forEach(id => this.#data.delete(id));
    });
    this.shown.follow();
    effect(() => {
      if (this.connection.value.state === 'open') {
        // Once: not again with each thing that it reads.
        untracked(() => this.shown.retry());
      }
    });
    effect(() => {
      // What is done next leaves nothing to do again, of the selection either.
      if (this.changes.recorded.value > 0) {
        this.candidateFuture.value = [];
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

  get layout(): ReadonlySignal<Layout> {
    return this.slots.layout.signal;
  }

  get windows(): ReadonlySignal<readonly AnalysisWindow[]> {
    return this.slots.windows.signal;
  }

  get highlights(): ReadonlySignal<Highlights> {
    return this.slots.highlights.signal;
  }

  get panels(): ReadonlySignal<Panels> {
    return this.slots.panels.signal;
  }

  get candidate(): ReadonlySignal<Candidate> {
    return this.slots.candidate.signal;
  }

  get revision(): ReadonlySignal<number> {
    return this.changes.revision;
  }

  /** What a view shows. */
  data(viewId: string): ViewData {
    let data = this.#data.get(viewId);
    if (data === undefined) {
      const first = this.activeView.peek();
      // A view that is gone is asked for once more by who has not heard of it yet.
      const view = computed(() => this.views.value.find(({ id }) => id === viewId) ?? first);
      data = new ViewData(view, this);
      this.#data.set(viewId, data);
    }
    return data;
  }

  /** Have columns, outliers or the graph loaded; returns what says that they are needed no more. */
  need(what: Partial<Needs>): () => void {
    this.#needed.value = new Set(this.#needed.peek()).add(what);
    return () => {
      const left = new Set(this.#needed.peek());
      left.delete(what);
      this.#needed.value = left;
    };
  }

  needs(dataset: Dataset): Needs {
    const fields = new Fields(dataset, this.slots.fields.signal.value);
    const { views } = settled(this.onScreen.value, fields);
    const others = [...this.#needed.value];
    const columns = [...views.flatMap(fieldsOf), ...others.flatMap(({ columns }) => columns ?? [])];
    const filters = views.flatMap(view => view.filters);
    const outliers = filters.flatMap(filter =>
      filter.kind === 'outlier' && filter.enabled ? [filter.field] : []
    );
    return {
      dimensions: [...new Set(views.map(view => view.dimension))],
      columns: distinct(columns.flatMap(ref => fields.sourceOf(ref) ?? [])),
      outliers: distinct([...outliers, ...others.flatMap(({ outliers }) => outliers ?? [])]).filter(
        ref => dataset.hasOutliers(ref)
      ),
      graph:
        dataset.report.nEdges !== 0 &&
        (views.some(view => view.look.edges) || others.some(({ graph }) => graph === true))
    };
  }

  replaced(put: () => void): void {
    this.changes.change(
      'refresh',
      () => {
        put();
        settleReferences(this);
        say(this, 'info', text.dataReadAgain);
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

  /** Whose cameras all views have; none while each has its own. */
  #leader(): View | null {
    return this.layout.peek().camerasLocked ? this.activeView.peek() : null;
  }
}

function distinct(refs: readonly FieldRef[]): FieldRef[] {
  return [...new Map(refs.map(ref => [fieldId(ref), ref])).values()];
}

/** Ids are never given twice, not even to something else after an undo. */
function withCounters(back: Highlights, now: Highlights): Highlights {
  return {
    ...back,
    nextPage: Math.max(back.nextPage, now.nextPage),
    nextGroup: Math.max(back.nextGroup, now.nextGroup)
  };
}
