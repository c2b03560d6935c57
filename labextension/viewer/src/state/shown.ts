/** The dataset that is shown, and what the active view needs of it: loaded, and read again. */
import { batch, effect, signal, type ReadonlySignal, type Signal } from '@preact/signals';

import { hasChanged, type Column, type Dataset } from '../data/dataset';
import { fieldId } from '../data/field';
import { say, type Speaker } from './messages';
import { fieldsOf, settled } from './settle';
import type { Dimension, View } from './types';

export type Loaded<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly value: T }
  | { readonly state: 'failed'; readonly message: string };

const TRIES = 3;

export const LOADING = { state: 'loading' } as const;

type LoadedMap<K, T> = ReadonlyMap<K, Loaded<T>>;

/** Whose dataset it is. */
export interface Owner extends Speaker {
  readonly activeView: ReadonlySignal<View>;
  /** Puts another dataset of the same cells in the place of this one, all in one change. */
  replaced(put: () => void): void;
}

export class Shown {
  readonly dataset: Signal<Dataset>;
  /** The points of the dimensions that were looked at. */
  readonly points: Signal<LoadedMap<Dimension, Float32Array>> = signal(new Map());
  /** Columns that the active view needs, by `fieldId`. */
  readonly columns: Signal<LoadedMap<string, Column>> = signal(new Map());

  readonly #owner: Owner;
  #turn: Promise<void> = Promise.resolve();

  constructor(dataset: Dataset, owner: Owner) {
    this.dataset = signal(dataset);
    this.#owner = owner;
  }

  /** Load what the active view needs, now and whenever it needs something else. */
  follow(): void {
    effect(() => this.#loadWhatIsShown());
  }

  /** Ask again for what failed. */
  retry(): void {
    const view = this.#owner.activeView.peek();
    for (const [dimension, loaded] of this.points.peek()) {
      if (loaded.state === 'failed') {
        this.#load(this.points, dimension, dataset => dataset.points(dimension));
      }
    }
    for (const ref of fieldsOf(view)) {
      if (this.columns.peek().get(fieldId(ref))?.state === 'failed') {
        this.#load(this.columns, fieldId(ref), dataset => dataset.column(ref));
      }
    }
  }

  /** Read of the dataset, or, where it has changed meanwhile, of what it is now. */
  async read<T>(what: (dataset: Dataset) => Promise<T>): Promise<T> {
    const dataset = this.dataset.peek();
    try {
      return await what(dataset);
    } catch (error) {
      if (!hasChanged(error)) {
        throw error;
      }
      await this.refresh(dataset);
      return what(this.dataset.peek());
    }
  }

  /**
   * Read the dataset again, and show what it is now in the place of what it was.
   *
   * @param seen - does nothing if this is no longer the one that is shown
   * @throws where it can't be read, or has other cells; what was shown stays then.
   */
  refresh(seen: Dataset | null = null): Promise<void> {
    const mine = this.#turn.then(async () => {
      if (seen === null || seen === this.dataset.peek()) {
        await this.#refresh();
      }
    });
    // One after the other; who asked hears of the error.
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #refresh(): Promise<void> {
    for (let left = TRIES - 1; ; left--) {
      try {
        await this.#refreshOnce();
        return;
      } catch (error) {
        // It may become yet another one while it is read, but not for ever.
        if (!hasChanged(error) || left === 0) {
          throw error;
        }
      }
    }
  }

  async #refreshOnce(): Promise<void> {
    const old = this.dataset.peek();
    const next = await old.reopened();
    if (next.revision !== null && next.revision === old.revision) {
      return;
    }
    await sameCells(old, next);
    const put = await this.#prepare(next);
    this.#owner.replaced(put);
  }

  /** Load what is on the screen first, so that the picture goes from one to the other at once. */
  async #prepare(next: Dataset): Promise<() => void> {
    const points = new Map<Dimension, Loaded<Float32Array>>();
    const columns = new Map<string, Loaded<Column>>();
    const ready = async <K, T>(into: Map<K, Loaded<T>>, key: K, value: Promise<T>): Promise<void> => {
      try {
        into.set(key, { state: 'ready', value: await value });
      } catch (error) {
        // What else fails is asked for again, and told of, once it is shown.
        if (hasChanged(error)) {
          throw error;
        }
      }
    };
    const now = this.#owner.activeView.peek();
    const view = settled([now], next).views[0] ?? now;
    const { dimension } = view;
    await Promise.all([
      ready(points, dimension, next.points(dimension)),
      ...fieldsOf(view).map(ref => ready(columns, fieldId(ref), next.column(ref)))
    ]);
    return () => {
      this.dataset.value = next;
      this.points.value = points;
      this.columns.value = columns;
    };
  }

  #loadWhatIsShown(): void {
    // Of another dataset all is loaded anew.
    void this.dataset.value;
    const view = this.#owner.activeView.value;
    const { dimension } = view;
    const needed = fieldsOf(view);
    if (!this.points.peek().has(dimension)) {
      this.#load(this.points, dimension, dataset => dataset.points(dimension));
    }
    const kept = new Map<string, Loaded<Column>>();
    const known = this.columns.peek();
    const missing = needed.filter(ref => {
      const id = fieldId(ref);
      const isNew = !known.has(id) && !kept.has(id);
      kept.set(id, known.get(id) ?? LOADING);
      return isNew;
    });
    if (missing.length > 0 || known.size > kept.size) {
      // Only what is shown is held here; the dataset keeps the last columns itself.
      this.columns.value = kept;
    }
    for (const ref of missing) {
      this.#load(this.columns, fieldId(ref), dataset => dataset.column(ref));
    }
  }

  #load<K, T>(
    into: Signal<LoadedMap<K, T>>,
    key: K,
    what: (dataset: Dataset) => Promise<T>
  ): void {
    const dataset = this.dataset.peek();
    const put = (value: Loaded<T>): void => {
      into.value = new Map(into.peek()).set(key, value);
    };
    // What is no longer wanted meanwhile is left to the dataset's own cache.
    const wanted = (): boolean => this.dataset.peek() === dataset && into.peek().has(key);
    put(LOADING);
    this.read(what).then(
      value => {
        if (wanted()) {
          put({ state: 'ready', value });
        }
      },
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        if (wanted()) {
          batch(() => {
            put({ state: 'failed', message });
            say(this.#owner, 'error', message);
          });
        }
      }
    );
  }
}

/** What is selected and hidden is told by the rows' numbers, so they must be the same rows. */
async function sameCells(old: Dataset, next: Dataset): Promise<void> {
  // What the old one can no longer tell, nobody knows.
  const before = await old.rows().catch(() => null);
  const rows = before === null ? null : await next.rows();
  if (old.nCells !== next.nCells || (before?.orderSha256 ?? '') !== (rows?.orderSha256 ?? '')) {
    throw new Error(
      `The notebook’s data have other cells now (${old.nCells} before, ${next.nCells} now), so ` +
        'this viewer keeps what it has: show them again.'
    );
  }
}
