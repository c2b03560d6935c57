/**
 * Unfinished work, kept on the server while it is made: whatever ends the page, little of it is
 * lost. It works in the background, and disturbs nobody.
 */
import { effect, signal, type ReadonlySignal, type Signal } from '@preact/signals';

import { object, optional, own, text as words } from '../base/check';
import { ownName, type Autosaves, type Earlier } from '../data/autosaves';
import type { Rows } from '../data/manifests';
import type { App } from '../state/app';
import { say } from '../state/messages';
import { text } from '../text';
import { captureNow, captureSession } from './capture';

/** Whether a load replaced this work, which was saved for that. */
export function isReplaced({ name }: Pick<Earlier, 'name'>): boolean {
  return name.startsWith(BEFORE);
}

/** How the last save went. */
export type LastSave =
  | { readonly state: 'saved'; readonly at: Date }
  | { readonly state: 'failed'; readonly why: string };

/** What a page gives to the one that goes on from it. */
export interface Handed {
  /** The name to save under; null for one of its own. */
  readonly name: string | null;
}

/** Read what was handed over. @throws CheckError */
export function readHanded(value: unknown, path: string): Handed {
  const name = own(object(value, path), 'name');
  return { name: optional(name, `${path}.name`, (v, p) => words(v, p)) };
}

/** How often it saves where the server does not say. */
const SECONDS = 30;

/** With more cells than this their names stay out: they would go over the line with each save. */
const NAMED_CELLS = 100_000;

/** What of the dataset has not come by then stays out: its kernel may be busy for long, or gone. */
const PATIENCE_SECONDS = 5;

/** What names begin with of work that a load replaced. */
const BEFORE = 'before-';

export class Autosave {
  readonly #app: App;
  readonly #autosaves: Autosaves;
  readonly #name: string;
  readonly #hadWork: boolean;
  readonly #last: Signal<LastSave | null> = signal(null);
  /** The revision that is on the server, and that which was saved before a load. */
  #saved = -1;
  #savedBefore = -1;
  /** How often to save; null while that is not known, and never where the server keeps nothing. */
  #period: number | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #underWay: Promise<void> | null = null;
  #rows: Rows | null = null;
  #named = false;

  /** @param handed - of the page that this one goes on from; null if there is none, or no work */
  constructor(app: App, autosaves: Autosaves, handed: Handed | null = null) {
    this.#app = app;
    this.#autosaves = autosaves;
    // One name for the life of a page: it takes the place of its own, and of nobody else's.
    this.#name = handed?.name ?? ownName();
    this.#hadWork = handed !== null;
  }

  /** Null as long as there was nothing to save. */
  get last(): ReadonlySignal<LastSave | null> {
    return this.#last;
  }

  /**
   * What a page that goes on from this one is given; null where there is no work.
   *
   * @param ends - whether this page saves no more: one beside it needs a name of its own
   */
  hand(ends: boolean): Handed | null {
    return this.#isWork() ? { name: ends ? this.#name : null } : null;
  }

  /** Save from now on what changes; returns what ends that. */
  follow(): () => void {
    const { revision, arrival, connection } = this.#app;
    const ends = [
      effect(() => {
        // A session that is arriving is saved once all of it is there.
        if (revision.value > 0 && arrival.value === null) {
          this.#plan();
        }
      }),
      effect(() => {
        if (connection.value.state === 'open' && this.#last.peek()?.state === 'failed') {
          void this.save();
        }
      })
    ];
    return () => {
      ends.forEach(end => end());
      this.#stopWaiting();
    };
  }

  /** Save now what is not saved yet, if the server keeps such. */
  async save(): Promise<void> {
    await this.#underWay;
    if (this.#underWay === null && this.#isUnsaved()) {
      this.#stopWaiting();
      this.#underWay = this.#saveNow().finally(() => {
        this.#underWay = null;
        this.#plan();
      });
    }
    await this.#underWay;
  }

  /** Save at once, without waiting for anything: the page goes. */
  saveLast(): void {
    const session = this.#isUnsaved() ? captureNow(this.#app, this.#rows) : null;
    if (session !== null) {
      this.#autosaves.putLast(this.#app.dataset.id, this.#name, session);
    }
  }

  /** Save what a load is about to replace, beside the rest, as it is now. */
  saveBefore(): void {
    const revision = this.#app.revision.peek();
    const free = this.#app.arrival.peek() === null && this.#period !== Infinity;
    if (!free || !this.#isWork() || this.#savedBefore === revision) {
      return;
    }
    this.#savedBefore = revision;
    this.#put(`${BEFORE}${ownName()}`, this.#capture()).catch((error: unknown) => this.#failed(error));
  }

  /** What was saved of this dataset, newest first, but for what this page saves. */
  async earlier(): Promise<readonly Earlier[]> {
    const { count } = await this.#autosaves.habits();
    if (count === 0) {
      return [];
    }
    const all = await this.#autosaves.list(this.#app.dataset.id);
    return all.filter(({ name }) => name !== this.#name);
  }

  /** One of them. */
  get({ name }: Earlier): Promise<Blob> {
    return this.#autosaves.get(this.#app.dataset.id, name);
  }

  /** Whether there is more than what the page began with, or than a session that was restored. */
  #isWork(): boolean {
    const step = this.#app.changes.past.peek().at(-1);
    return step === undefined ? this.#hadWork : step.origin !== 'restore';
  }

  #isUnsaved(): boolean {
    const { revision, arrival } = this.#app;
    const free = arrival.peek() === null && this.#period !== Infinity;
    return free && this.#isWork() && revision.peek() !== this.#saved;
  }

  #plan(): void {
    if (this.#timer !== null || this.#underWay !== null || !this.#isUnsaved()) {
      return;
    }
    if (this.#period === null) {
      void this.#learn();
    } else if (this.#period < Infinity) {
      this.#timer = setTimeout(() => {
        this.#timer = null;
        void this.save();
      }, this.#period);
    }
  }

  #stopWaiting(): void {
    clearTimeout(this.#timer ?? undefined);
    this.#timer = null;
  }

  /** Ask how often to save. */
  async #learn(): Promise<void> {
    let period = SECONDS * 1000;
    try {
      const { seconds, count } = await this.#autosaves.habits();
      period = count === 0 ? Infinity : seconds * 1000;
    } catch {
      // The save itself will tell that the server is not there.
    }
    this.#period ??= period;
    this.#plan();
  }

  async #saveNow(): Promise<void> {
    try {
      if (this.#period === null) {
        await this.#learn();
      }
      await this.#ask();
      const revision = this.#app.revision.peek();
      if (this.#isUnsaved()) {
        await this.#put(this.#name, this.#capture());
        this.#saved = revision;
        this.#succeeded();
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  /** The state as it is at this moment, with what is known of the cells. */
  #capture(): Promise<Blob> {
    return captureSession(this.#app, this.#named ? 'all' : 'typed', Promise.resolve(this.#rows));
  }

  async #put(name: string, session: Promise<Blob>): Promise<void> {
    await this.#autosaves.put(this.#app.dataset.id, name, await session);
  }

  /** Have read what says who the cells are; once read, the dataset has it even if its kernel is gone. */
  async #ask(): Promise<void> {
    const { dataset } = this.#app;
    const asked = [
      dataset.rows().then(rows => {
        this.#rows = rows;
      })
    ];
    if (dataset.nCells <= NAMED_CELLS) {
      this.#named = false;
      asked.push(
        dataset.names().then(() => {
          this.#named = true;
        })
      );
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>(resolve => {
      timer = setTimeout(resolve, PATIENCE_SECONDS * 1000);
    });
    await Promise.race([Promise.allSettled(asked), late]);
    clearTimeout(timer);
  }

  #succeeded(): void {
    const failed = this.#last.peek()?.state === 'failed';
    this.#last.value = { state: 'saved', at: new Date() };
    if (failed) {
      say(this.#app, 'info', text.autosavesAgain, { about: 'autosave' });
    }
  }

  /** Told once, until it works again. */
  #failed(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    if (this.#last.peek()?.state !== 'failed') {
      say(this.#app, 'warning', text.autosaveFails(why), { about: 'autosave' });
    }
    this.#last.value = { state: 'failed', why };
  }
}
