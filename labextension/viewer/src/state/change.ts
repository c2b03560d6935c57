/**
 * The one way in which state changes: named, all or nothing, counted, and undoable.
 *
 * A `Slot` is a signal that can only be set inside `change`. If the body throws, every slot has its
 * old value again. Values are replaced, never edited, so history keeps them without copies.
 */
import { batch, signal, type ReadonlySignal, type Signal } from '@preact/signals';

/** Who made a change. */
export type Origin = 'person' | 'python' | 'restore';

export interface ChangeOptions {
  /** Changes in a row with one key and one origin are one step of undo: a slider's drag. */
  readonly key?: string;
  readonly origin?: Origin;
  /** False: not a step of undo, as for the camera. */
  readonly record?: boolean;
}

export interface Slot<T> {
  readonly signal: ReadonlySignal<T>;
  set(value: T): void;
}

/**
 * What undo leaves alone: given the value that undo or redo would bring back, the one there is now,
 * and the one on the other side of the step, the value to set. What differs between the first and
 * the last is what the step itself changed. Slots made before this one have their values by then.
 */
export type Carry<T> = (back: T, now: T, from: T) => T;

export interface Past {
  readonly label: string;
  readonly origin: Origin;
  /** When it was done or undone, by `Changes.tick`. */
  readonly at: number;
}

type Values = Map<AnySlot, unknown>;

interface AnySlot {
  readonly place: number;
  readonly signal: Signal<unknown>;
  readonly carry: Carry<unknown>;
}

interface Step extends Past {
  readonly key: string | undefined;
  /** The revision it made. */
  readonly revision: number;
  readonly before: Values;
  readonly after: Values;
}

const STEPS = 50;

export class Changes {
  readonly #revision = signal(0);
  readonly #past = signal<readonly Step[]>([]);
  readonly #future = signal<readonly Step[]>([]);
  readonly #recorded = signal(0);
  #open: Values | null = null;
  #slots = 0;
  #ticks = 0;

  /** Rises by one with each change: what compares it knows whether anything is unsaved. */
  get revision(): ReadonlySignal<number> {
    return this.#revision;
  }

  /** Rises by one with each new step of undo. */
  get recorded(): ReadonlySignal<number> {
    return this.#recorded;
  }

  /** Steps that can be undone, the latest last. */
  get past(): ReadonlySignal<readonly Past[]> {
    return this.#past;
  }

  /** Steps that can be done again, the next one last. */
  get future(): ReadonlySignal<readonly Past[]> {
    return this.#future;
  }

  slot<T>(initial: T, carry: Carry<T> = back => back): Slot<T> {
    const value = signal(initial);
    const slot = {
      place: this.#slots++,
      signal: value,
      carry,
      set: (next: T): void => {
        if (this.#open === null) {
          throw new Error('state is set inside change() only');
        }
        // What history remembers a value by is what is handed out.
        const held = slot as unknown as AnySlot;
        if (!this.#open.has(held)) {
          this.#open.set(held, value.peek());
        }
        value.value = next;
      }
    };
    return slot;
  }

  /** The next moment: which of two histories moved last is told by it. */
  tick(): number {
    return ++this.#ticks;
  }

  /** Run `body`, which may set slots; all of it holds, or, if it throws, none of it. */
  change<T>(label: string, body: () => T, options: ChangeOptions = {}): T {
    const outer = this.#open;
    const before: Values = new Map();
    return batch(() => {
      this.#open = before;
      try {
        const result = body();
        if (outer === null) {
          this.#close(label, before, options);
        } else {
          // A command that uses another is one change.
          before.forEach((value, slot) => outer.has(slot) || outer.set(slot, value));
        }
        return result;
      } catch (error) {
        before.forEach((value, slot) => (slot.signal.value = value));
        throw error;
      } finally {
        this.#open = outer;
      }
    });
  }

  /**
   * Put in what was waited for, wherever it was: in what there is now, and in all that undo and
   * redo bring back. No step of its own.
   */
  fill<T>(slot: Slot<T>, put: (value: T) => T): void {
    // Slots are made here only, so it has a place and a signal.
    const held = slot as unknown as AnySlot;
    const known = new Map<unknown, unknown>();
    // What is one value now and in history stays one.
    const filled = (value: unknown): unknown => {
      if (!known.has(value)) {
        known.set(value, put(value as T));
      }
      return known.get(value);
    };
    const anew = (values: Values): Values =>
      values.has(held) ? new Map(values).set(held, filled(values.get(held))) : values;
    const steps = (list: readonly Step[]): readonly Step[] =>
      list.map(step => ({ ...step, before: anew(step.before), after: anew(step.after) }));
    batch(() => {
      const now = held.signal.peek();
      const next = filled(now);
      if (this.#open !== null && next !== now && !this.#open.has(held)) {
        this.#open.set(held, now);
      }
      held.signal.value = next;
      this.#past.value = steps(this.#past.peek());
      this.#future.value = steps(this.#future.peek());
      if (next !== now && this.#open === null) {
        this.#revision.value++;
      }
    });
  }

  /**
   * Take back the step that made a revision, and all after it, for good: as if they never were.
   *
   * @returns whether there was such a step
   */
  drop(revision: number): boolean {
    const has = (step: Step): boolean => step.revision === revision;
    return batch(() => {
      while (this.#past.peek().some(has)) {
        this.undo();
      }
      const future = this.#future.peek();
      const found = future.findIndex(has);
      if (found >= 0) {
        // What was done before it, and taken back since, can still be done again.
        this.#future.value = future.slice(found + 1);
      }
      return found >= 0;
    });
  }

  /** Whether the step that made a revision was taken back. */
  isUndone(revision: number): boolean {
    const past = this.#past.peek();
    // Where there is no room for more steps, an old one may be forgotten.
    return past.length < STEPS && !past.some(step => step.revision === revision);
  }

  /** Take back the last step; its label, or null if there is none. */
  undo(): string | null {
    return this.#move(this.#past, this.#future, ({ before, after }) => [before, after]);
  }

  redo(): string | null {
    return this.#move(this.#future, this.#past, ({ before, after }) => [after, before]);
  }

  #close(
    label: string,
    before: Values,
    { key, origin = 'person', record = true }: ChangeOptions
  ): void {
    before.forEach((value, slot) => slot.signal.peek() === value && before.delete(slot));
    if (before.size === 0) {
      return;
    }
    this.#revision.value++;
    if (!record) {
      return;
    }
    const after: Values = new Map([...before.keys()].map(slot => [slot, slot.signal.peek()]));
    const past = this.#past.peek();
    const last = past.at(-1);
    const goesOn =
      key !== undefined &&
      last?.key === key &&
      last.origin === origin &&
      // Whatever came between, as a camera that moved, would be taken for a part of the step.
      last.revision === this.#revision.peek() - 1;
    const step: Step = {
      label,
      origin,
      key,
      at: this.tick(),
      revision: this.#revision.peek(),
      before: goesOn ? new Map([...before, ...last.before]) : before,
      after: goesOn ? new Map([...last.after, ...after]) : after
    };
    this.#past.value = [...(goesOn ? past.slice(0, -1) : past), step].slice(-STEPS);
    this.#future.value = [];
    this.#recorded.value++;
  }

  #move(
    from: Signal<readonly Step[]>,
    to: Signal<readonly Step[]>,
    sides: (step: Step) => readonly [back: Values, from: Values]
  ): string | null {
    const step = from.peek().at(-1);
    if (step === undefined) {
      return null;
    }
    batch(() => {
      const [back, left] = sides(step);
      for (const [slot, value] of [...back].sort(([a], [b]) => a.place - b.place)) {
        slot.signal.value = slot.carry(value, slot.signal.peek(), left.get(slot));
      }
      from.value = from.peek().slice(0, -1);
      to.value = [...to.peek(), { ...step, at: this.tick() }];
      this.#revision.value++;
    });
    return step.label;
  }
}
