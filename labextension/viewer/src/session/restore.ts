/**
 * A session brought back, in two stages: the eager chunks in one change, then the lazy ones, each
 * as it comes. All of it is one step of undo.
 */
import { batch } from '@preact/signals';

import type { App } from '../state/app';
import { Arrival } from '../state/arrival';
import { selectionOf } from '../state/candidate';
import { takeBack } from '../state/undo';
import type { StoredPart } from '../state/types';
import { text } from '../text';
import { ahead } from './ahead';
import { readSession, type StoredChunk } from './container';
import type { Contributor, FoundChunk, RowPlaces, Target } from './contributor';
import { contributors } from './contributors';
import { compare, type Difference } from './fingerprint';
import { realign, type Realigned } from './realign';
import { Turns } from './turns';

export interface Restored {
  /** Ids of the chunks that are part of the state now. */
  readonly restored: readonly string[];
  /** Those that were left out, and why. */
  readonly skipped: readonly { readonly id: string; readonly why: string }[];
  /** How the dataset differs, for which parts were left out; null if it does not, or no part was. */
  readonly difference: Difference | null;
  /** Whether it was undone before all of it had come. */
  readonly undone: boolean;
  /** What the names of its cells tell of where they are, if the dataset differs. */
  readonly realigned: Realigned | null;
}

interface Found {
  readonly stored: StoredChunk;
  readonly contributor: Contributor;
}

/** A lazy chunk that was checked; null where it is bad. */
interface Ready {
  readonly id: string;
  readonly apply: (() => void) | null;
}

/** Many cells take long to draw, which each chunk by itself would have done anew. */
const BETWEEN_PICTURES_MILLISECONDS = 500;

/**
 * Replace the present state by a session's. A bad chunk is skipped, and so is what depends on the
 * dataset when the file was made with another. Settles once all has come; `app.arrival` tells how
 * far it is, and cancels it.
 *
 * @param byName - whether cells are looked for by their names where the dataset is another
 * @throws Error where the file itself is bad, or its cells can't be looked for; nothing has changed
 * then.
 * @throws RestoreCancelled
 */
export async function restoreSession(app: App, file: Blob, byName = false): Promise<Restored> {
  if (app.arrival.peek() !== null) {
    throw new Error(text.stillArriving);
  }
  // From here on no other begins.
  const reading = new Arrival(0);
  app.arrival.value = reading;
  try {
    const read = await readSession(file);
    const difference = await compare(app, read.manifest);
    const turns = new Turns(reading.signal);
    const realigned = difference === null ? null : await realign(app, read, turns);
    const rows = byName ? rowsOf(realigned) : null;
    await turns.next();
    const target = { app, nCells: rows === null ? app.dataset.nCells : realigned!.of, rows };
    const restoring = new Restoring(target, read.chunks, rows === null ? difference : null);
    return { ...(await restoring.run()), realigned };
  } finally {
    app.arrival.value = null;
  }
}

/** @throws Error where cells were to be found by names that do not say where they are. */
function rowsOf(realigned: Realigned | null): RowPlaces | null {
  if (realigned !== null && realigned.rows === null) {
    throw new Error(text.notPlaced(realigned.problem ?? text.noCommonName));
  }
  return realigned?.rows ?? null;
}

class Restoring {
  readonly #arrival: Arrival;
  readonly #turns: Turns;
  readonly #found: readonly Found[];
  readonly #restored: string[] = [];
  readonly #skipped: { id: string; why: string }[] = [];
  readonly #unknown: StoredChunk[] = [];

  constructor(
    private readonly target: Target,
    chunks: readonly StoredChunk[],
    private readonly difference: Difference | null
  ) {
    this.#found = chunks.flatMap(stored => this.#find(stored));
    this.#arrival = new Arrival(this.#found.length);
    this.#turns = new Turns(this.#arrival.signal);
    target.app.arrival.value = this.#arrival;
  }

  async run(): Promise<Omit<Restored, 'realigned'>> {
    const { app, rows } = this.target;
    // Of other rows nothing is left to come: a save would copy it as it is in its file.
    const first = this.#found.filter(
      ({ stored }) => stored.priority === 'eager' || rows !== null
    );
    const later = this.#found.filter(one => !first.includes(one));
    const applies = await this.#prepareAll(first);
    if (applies.size === 0) {
      later.forEach(({ stored }) => this.#skip(stored, text.nothingToHold));
      return this.#told(false);
    }
    const selection = selectionOf(app);
    const revision = this.#begin(applies, later);
    try {
      let taken = Date.now();
      const ready: Ready[] = [];
      for (const [one, inflated, next] of ahead(later)) {
        ready.push({ id: one.stored.id, apply: await this.#prepare(one, inflated) });
        this.#turns.stopIfCancelled();
        const isLast = next?.contributor !== one.contributor;
        if (isLast || Date.now() - taken >= BETWEEN_PICTURES_MILLISECONDS) {
          this.#take(ready.splice(0));
          taken = Date.now();
        }
        await this.#turns.next();
      }
      this.#turns.stopIfCancelled();
      return this.#told(app.changes.isUndone(revision));
    } catch (error) {
      takeBack(app, revision, selection);
      throw error;
    } finally {
      contributors.forEach(c => c.giveUp?.(app));
    }
  }

  /** Who reads a chunk, if it is wanted; tells why not. */
  #find(stored: StoredChunk): Found[] {
    const contributor = contributors.find(c => c.owns(stored.id));
    if (contributor === undefined) {
      if (this.target.rows !== null && stored.datasetDependent) {
        // It tells of other rows, in a way that nobody here knows.
        this.#skip(stored, text.unknownRows);
      } else {
        this.#unknown.push(stored);
      }
      return [];
    }
    // The file alone does not say whether what it holds fits: it may be anyone's.
    if (this.difference !== null && (stored.datasetDependent || contributor.datasetDependent)) {
      this.#skip(stored, this.difference.words);
      return [];
    }
    return [{ stored, contributor }];
  }

  async #prepareAll(first: readonly Found[]): Promise<Map<Contributor, (() => void)[]>> {
    const applies = new Map<Contributor, (() => void)[]>();
    for (const [one, inflated] of ahead(first)) {
      const apply = await this.#prepare(one, inflated);
      if (apply !== null) {
        applies.set(one.contributor, [...(applies.get(one.contributor) ?? []), apply]);
      }
      await this.#turns.next();
    }
    this.#turns.stopIfCancelled();
    return applies;
  }

  /** The first stage, as a step of undo; returns the revision it made. */
  #begin(applies: ReadonlyMap<Contributor, (() => void)[]>, later: readonly Found[]): number {
    const { difference } = this;
    const { app } = this.target;
    later.forEach(({ stored }) => this.#arrival.wait(stored));
    const concerned = contributors.filter(c => difference === null || !c.datasetDependent);
    app.changes.change(
      text.didRestore,
      () => {
        concerned.forEach(c => c.reset(app));
        if (difference === null) {
          app.slots.carried.set(this.#carried());
        }
        // In the order of the features: codes go to fields that must be there.
        concerned.forEach(one => applies.get(one)?.forEach(apply => apply()));
        concerned.forEach(c => c.finish?.(app));
      },
      { origin: 'restore' }
    );
    return app.changes.revision.peek();
  }

  /** What this version does not know, so that it is there again when it is saved. */
  #carried(): readonly StoredPart[] {
    // The rest of the file is let go.
    return this.#unknown.map(({ id, described, stored }) => ({
      id,
      described,
      stored: stored.slice()
    }));
  }

  /** Put what is ready into the state. */
  #take(ready: readonly Ready[]): void {
    batch(() => {
      for (const { id, apply } of ready) {
        apply?.();
        this.#arrival.took(id);
      }
    });
  }

  /** Check a chunk; null where it is bad. */
  async #prepare(
    { stored, contributor }: Found,
    inflated: Promise<FoundChunk>
  ): Promise<(() => void) | null> {
    try {
      const apply = contributor.prepare(await inflated, this.target);
      this.#restored.push(stored.id);
      return apply;
    } catch (error) {
      this.#skip(stored, error instanceof Error ? error.message : String(error));
      return null;
    } finally {
      this.#arrival.came();
    }
  }

  #skip({ id }: StoredChunk, why: string): void {
    this.#skipped.push({ id, why });
  }

  #told(undone: boolean): Omit<Restored, 'realigned'> {
    // Last, so that what is bad is named first.
    this.#unknown.forEach(stored => this.#skip(stored, text.unknownPart));
    const { difference } = this;
    return { restored: this.#restored, skipped: this.#skipped, difference, undone };
  }
}
