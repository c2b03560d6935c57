/** The dataset that is shown, and what is needed of it: loaded, and read again. */
import { batch, effect, signal, type Signal } from '@preact/signals';

import { hasChanged, type Column, type Dataset } from '../data/dataset';
import { fieldId } from '../data/field';
import type { Graph } from '../data/graph';
import type { Reading } from '../data/reading';
import { text } from '../text';
import { Loading, type PartName } from './loading';
import { say, type Speaker } from './messages';
import type { Dimension, FieldRef } from './types';

export type Loaded<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly value: T }
  | { readonly state: 'failed'; readonly message: string };

const TRIES = 3;

export const LOADING = { state: 'loading' } as const;

type LoadedMap<K, T> = ReadonlyMap<K, Loaded<T>>;

/** What the screen needs of a dataset: parts of the data only, no field that a person made. */
export interface Needs {
  readonly dimensions: readonly Dimension[];
  readonly columns: readonly FieldRef[];
  /** Columns of categories whose outliers are needed. */
  readonly outliers: readonly FieldRef[];
  readonly graph: boolean;
}

/** Whose dataset it is. */
export interface Owner extends Speaker {
  /** What is needed of a dataset, were it shown; it follows the state. */
  needs(dataset: Dataset): Needs;
  /** Puts another dataset of the same cells in the place of this one, all in one change. */
  replaced(put: () => void): void;
}

export class Shown {
  readonly dataset: Signal<Dataset>;
  /** The points of the dimensions that were looked at. */
  readonly points: Signal<LoadedMap<Dimension, Float32Array>> = signal(new Map());
  /** Columns that are needed, by `fieldId`. */
  readonly columns: Signal<LoadedMap<string, Column>> = signal(new Map());
  /** How far each cell is from the rest of its category, by `fieldId`. */
  readonly outliers: Signal<LoadedMap<string, Float32Array>> = signal(new Map());
  /** The graph of neighbours, once it is needed. */
  readonly graph: Signal<LoadedMap<'graph', Graph>> = signal(new Map());

  /** What is being loaded at the moment. */
  readonly loading: Signal<readonly Loading[]> = signal([]);

  readonly #owner: Owner;
  readonly #partOf = new WeakMap<Loading, Part>();
  #turn: Promise<void> = Promise.resolve();

  constructor(dataset: Dataset, owner: Owner) {
    this.dataset = signal(dataset);
    this.#owner = owner;
  }

  /** Load what is needed, now and whenever something else is. */
  follow(): void {
    effect(() => this.#loadWhatIsNeeded());
  }

  /** Ask again for what failed. */
  retry(): void {
    for (const part of this.#parts(this.dataset.peek())) {
      if (part.into.peek().get(part.key)?.state === 'failed') {
        this.#load(part);
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
    const parts = this.#parts(next);
    const loaded = await Promise.all(
      parts.map(async ({ from }): Promise<Loaded<unknown> | null> => {
        try {
          return { state: 'ready', value: await from(next) };
        } catch (error) {
          // What else fails is asked for again, and told of, once it is shown.
          if (hasChanged(error)) {
            throw error;
          }
          return null;
        }
      })
    );
    return () => {
      this.dataset.value = next;
      for (const into of this.#all()) {
        into.value = new Map(
          parts.flatMap((part, i) => {
            const value = loaded[i] ?? null;
            return part.into === into && value !== null ? [[part.key, value]] : [];
          })
        );
      }
    };
  }

  #all(): readonly AnyMap[] {
    return [this.points, this.columns, this.outliers, this.graph] as readonly unknown[] as AnyMap[];
  }

  /** All parts that are needed of a dataset, and how each is had. */
  #parts(dataset: Dataset): Part[] {
    const { dimensions, columns, outliers, graph } = this.#owner.needs(dataset);
    const part = <K, T>(
      into: Signal<LoadedMap<K, T>>,
      key: K,
      name: PartName,
      from: (dataset: Dataset, reading?: Reading) => Promise<T>
    ): Part => ({ into: into, key, name, from });
    return [
      ...dimensions.map(dimension =>
        part(this.points, dimension, { kind: 'points', dimension }, (from, reading) =>
          from.points(dimension, reading)
        )
      ),
      ...columns.map(field =>
        part(this.columns, fieldId(field), { kind: 'column', field }, (from, reading) =>
          from.column(field, reading)
        )
      ),
      ...outliers.map(field =>
        part(this.outliers, fieldId(field), { kind: 'outliers', field }, (from, reading) =>
          from.outliers(field, reading)
        )
      ),
      ...(graph
        ? [part(this.graph, 'graph', { kind: 'graph' }, (from, reading) => from.graph(reading))]
        : [])
    ];
  }

  #loadWhatIsNeeded(): void {
    const parts = this.#parts(this.dataset.value);
    // Only what is shown is held here, but for points; the dataset keeps the last columns itself.
    for (const into of [this.columns, this.outliers] as readonly unknown[] as AnyMap[]) {
      const needed = new Set(parts.filter(part => part.into === into).map(part => part.key));
      const known = into.peek();
      if ([...known.keys()].some(key => !needed.has(key))) {
        into.value = new Map([...known].filter(([key]) => needed.has(key)));
      }
    }
    this.loading.value = this.loading.peek().filter(loading => {
      const part = this.#partOf.get(loading);
      return part?.into.peek().has(part.key);
    });
    parts.filter(part => !part.into.peek().has(part.key)).forEach(part => this.#load(part));
  }

  #load(part: Part): void {
    const { into, key, name, from } = part;
    const dataset = this.dataset.peek();
    const loading = new Loading(name);
    this.#partOf.set(loading, part);
    const put = (value: Loaded<unknown>): void => {
      // What is no longer wanted meanwhile is left to the dataset's own cache.
      if (this.dataset.peek() === dataset && into.peek().has(key)) {
        into.value = new Map(into.peek()).set(key, value);
      }
    };
    const end = (value: Loaded<unknown>): void =>
      batch(() => {
        loading.end();
        this.loading.value = this.loading.peek().filter(other => other !== loading);
        put(value);
      });
    into.value = new Map(into.peek()).set(key, LOADING);
    this.loading.value = [...this.loading.peek(), loading];
    loading.signal.addEventListener('abort', () =>
      end({ state: 'failed', message: text.loadingCancelled })
    );
    this.read(dataset => from(dataset, loading)).then(
      value => {
        if (!loading.signal.aborted) {
          end({ state: 'ready', value });
        }
      },
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        if (!loading.signal.aborted) {
          const wanted = this.dataset.peek() === dataset && into.peek().has(key);
          end({ state: 'failed', message });
          if (wanted) {
            say(this.#owner, 'error', message);
          }
        }
      }
    );
  }
}

type AnyMap = Signal<LoadedMap<unknown, unknown>>;

/** A part of the dataset: where it is put, and how it is had. */
interface Part {
  readonly into: AnyMap;
  readonly key: unknown;
  readonly name: PartName;
  readonly from: (dataset: Dataset, reading?: Reading) => Promise<unknown>;
}

/** What is selected and hidden is told by the rows' numbers, so they must be the same rows. */
async function sameCells(old: Dataset, next: Dataset): Promise<void> {
  // What the old one can no longer tell, nobody knows.
  const before = await old.rows().catch(() => null);
  const rows = before === null ? null : await next.rows();
  if (old.nCells !== next.nCells || (before?.orderSha256 ?? '') !== (rows?.orderSha256 ?? '')) {
    throw new Error(text.otherCells(old.nCells, next.nCells));
  }
}
