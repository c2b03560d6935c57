/** A part of the dataset that is being loaded: how far it is, and the end of it. */
import { signal, type ReadonlySignal, type Signal } from '@preact/signals';

import type { Reading } from '../data/reading';
import type { Dimension, FieldRef } from './types';

/** What is loaded, as a person may be told of it. */
export type PartName =
  | { readonly kind: 'points'; readonly dimension: Dimension }
  | { readonly kind: 'column' | 'outliers'; readonly field: FieldRef }
  | { readonly kind: 'graph' };

/** What takes no longer is not worth a word. */
const LONG_MILLISECONDS = 500;

export class Loading implements Reading {
  readonly #abort = new AbortController();
  readonly #long = signal(false);
  readonly #done: Signal<number | null> = signal(null);
  readonly #timer: ReturnType<typeof setTimeout>;
  #expected = 0;
  #came = 0;

  constructor(readonly part: PartName) {
    this.#timer = setTimeout(() => (this.#long.value = true), LONG_MILLISECONDS);
  }

  /** Aborted once it is cancelled. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Whether it takes so long that a person should know. */
  get long(): ReadonlySignal<boolean> {
    return this.#long;
  }

  /** The share that came, in whole percents; null while nobody knows. */
  get done(): ReadonlySignal<number | null> {
    return this.#done;
  }

  expect(bytes: number): void {
    this.#expected += bytes;
  }

  heard(bytes: number): void {
    this.#came += bytes;
    if (this.#expected > 0) {
      this.#done.value = Math.min(Math.floor((100 * this.#came) / this.#expected), 100) / 100;
    }
  }

  cancel(): void {
    this.end();
    this.#abort.abort();
  }

  /** It is loaded, or failed. */
  end(): void {
    clearTimeout(this.#timer);
  }
}
