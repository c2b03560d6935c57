/** A session that is being restored: how far it is, the end of it, and what of it is not there yet. */
import { signal, type ReadonlySignal, type Signal } from '@preact/signals';

import type { StoredPart } from './types';

export class Arrival {
  readonly #abort = new AbortController();
  readonly #done: Signal<number> = signal(0);
  readonly #waiting = new Map<string, StoredPart>();

  /** @param total - how many parts come */
  constructor(readonly total: number) {}

  /** Aborted once it is cancelled. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** How many parts were read, or left out. */
  get done(): ReadonlySignal<number> {
    return this.#done;
  }

  /** Parts that are part of the state, but whose content is not: a save copies them as they are. */
  get waiting(): ReadonlyMap<string, StoredPart> {
    return this.#waiting;
  }

  wait(part: StoredPart): void {
    this.#waiting.set(part.id, part);
  }

  /** A part was read, or never will be. */
  came(): void {
    this.#done.value++;
  }

  /** A part is in the state, or never will be. */
  took(id: string): void {
    this.#waiting.delete(id);
  }

  cancel(): void {
    this.#abort.abort();
  }
}
