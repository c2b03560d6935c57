/**
 * The one way in which state changes: named, all or nothing, counted, and undoable.
 *
 * A `Slot` is a signal that can only be set inside `change`. If the body throws, every slot has its
 * old value again. Values are replaced, never edited, so history keeps them without copies.
 */
import { batch, signal, type ReadonlySignal, type Signal } from '@preact/signals';

export type Origin = 'person' | 'python' | 'restore';

export interface ChangeOptions {
  /** Changes in a row with one key are one step of undo: a slider's drag. */
  readonly key?: string;
  readonly origin?: Origin;
  /** False: not a step of undo, as for the camera. */
  readonly record?: boolean;
}

export interface Slot<T> {
  readonly signal: ReadonlySignal<T>;
  set(value: T): void;
}

interface Step {
  readonly label: string;
  readonly key: string | undefined;
  readonly before: Map<Signal<unknown>, unknown>;
  readonly after: Map<Signal<unknown>, unknown>;
}

const STEPS = 50;

export class Changes {
  readonly #revision = signal(0);
  readonly #past = signal<readonly Step[]>([]);
  readonly #future = signal<readonly Step[]>([]);
  #open: Map<Signal<unknown>, unknown> | null = null;

  /** Rises by one with each change: what compares it knows whether anything is unsaved. */
  get revision(): ReadonlySignal<number> {
    return this.#revision;
  }

  get past(): ReadonlySignal<readonly { readonly label: string }[]> {
    return this.#past;
  }

  get future(): ReadonlySignal<readonly { readonly label: string }[]> {
    return this.#future;
  }

  slot<T>(initial: T): Slot<T> {
    const value = signal(initial);
    return {
      signal: value,
      set: next => {
        if (this.#open === null) {
          throw new Error('state is set inside change() only');
        }
        const known = value as Signal<unknown>;
        if (!this.#open.has(known)) {
          this.#open.set(known, known.peek());
        }
        value.value = next;
      }
    };
  }

  /** Run `body`, which may set slots; all of it holds, or, if it throws, none of it. */
  change<T>(label: string, body: () => T, options: ChangeOptions = {}): T {
    if (this.#open !== null) {
      // A command that uses another is one change.
      return body();
    }
    const before = new Map<Signal<unknown>, unknown>();
    return batch(() => {
      this.#open = before;
      try {
        const result = body();
        this.#close(label, before, options);
        return result;
      } catch (error) {
        for (const [slot, value] of before) {
          slot.value = value;
        }
        throw error;
      } finally {
        this.#open = null;
      }
    });
  }

  undo(): string | null {
    return this.#move(this.#past, this.#future, step => step.before);
  }

  redo(): string | null {
    return this.#move(this.#future, this.#past, step => step.after);
  }

  #close(
    label: string,
    before: Map<Signal<unknown>, unknown>,
    { key, record = true }: ChangeOptions
  ): void {
    for (const [slot, value] of before) {
      if (slot.peek() === value) {
        before.delete(slot);
      }
    }
    if (before.size === 0) {
      return;
    }
    this.#revision.value++;
    if (!record) {
      return;
    }
    const after = new Map([...before.keys()].map(slot => [slot, slot.peek()]));
    const past = this.#past.peek();
    const last = past.at(-1);
    if (key !== undefined && last?.key === key && this.#future.peek().length === 0) {
      const merged = {
        label,
        key,
        before: new Map([...before, ...last.before]),
        after: new Map([...last.after, ...after])
      };
      this.#past.value = [...past.slice(0, -1), merged];
    } else {
      this.#past.value = [...past, { label, key, before, after }].slice(-STEPS);
    }
    this.#future.value = [];
  }

  #move(
    from: Signal<readonly Step[]>,
    to: Signal<readonly Step[]>,
    values: (step: Step) => Map<Signal<unknown>, unknown>
  ): string | null {
    const step = from.peek().at(-1);
    if (step === undefined) {
      return null;
    }
    batch(() => {
      for (const [slot, value] of values(step)) {
        slot.value = value;
      }
      from.value = from.peek().slice(0, -1);
      to.value = [...to.peek(), step];
      this.#revision.value++;
    });
    return step.label;
  }
}
