/** A session on its way into a file: how far it is, and what stands in its way. */
import { batch, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import { FileExists, type Folder } from '../../data/contents';
import { download } from '../../data/download';
import type { Sessions } from '../../session/sessions';
import type { App } from '../../state/app';
import { say } from '../../state/messages';
import { text } from '../../text';

/** What is saved, and where to: without a folder, the browser gets it as a download. */
export interface Wish {
  readonly name: string;
  readonly named: boolean;
  readonly folder: Folder | null;
  /** Whether a file of this name is replaced. */
  readonly replace: boolean;
}

export class Saving {
  readonly #step: Signal<'building' | number | null> = signal(null);
  readonly #problem: Signal<string | null> = signal(null);
  readonly #taken: Signal<string | null> = signal(null);
  #abort = new AbortController();

  constructor(
    private readonly app: App,
    private readonly sessions: Sessions
  ) {}

  /** The share that was sent; null while nothing is saved. */
  get step(): ReadonlySignal<'building' | number | null> {
    return this.#step;
  }

  /** Why it failed, for a person. */
  get problem(): ReadonlySignal<string | null> {
    return this.#problem;
  }

  /** The name that another file has: whether to replace it is for the person to say. */
  get taken(): ReadonlySignal<string | null> {
    return this.#taken;
  }

  /** Save it; true once it is saved. */
  async save(wish: Wish): Promise<boolean> {
    this.forget();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    this.#step.value = 'building';
    try {
      const file = await this.sessions.capture(wish.named ? 'all' : 'none');
      signal.throwIfAborted();
      await this.#put(file, wish, signal);
      return true;
    } catch (error) {
      if (error instanceof FileExists) {
        this.#taken.value = wish.name;
      } else if (!signal.aborted) {
        const why = error instanceof Error ? error.message : String(error);
        this.#problem.value = text.notSaved(why);
      }
      return false;
    } finally {
      this.#step.value = null;
    }
  }

  /** A name like one that is taken, which is free; null where that can't be told. */
  async freeName(folder: Folder, taken: string): Promise<string | null> {
    this.forget();
    try {
      return await folder.freeName(taken);
    } catch (error) {
      this.#problem.value = text.notSaved(error instanceof Error ? error.message : String(error));
      return null;
    }
  }

  /** What went wrong before is of no interest any more. */
  forget(): void {
    batch(() => {
      this.#problem.value = null;
      this.#taken.value = null;
    });
  }

  cancel(): void {
    this.#abort.abort();
  }

  async #put(file: Blob, { name, folder, replace }: Wish, signal: AbortSignal): Promise<void> {
    if (folder === null) {
      download(file, name);
      say(this.app, 'info', text.downloaded(name));
      return;
    }
    const left = await folder.store(name, file, {
      replace,
      signal,
      progress: share => (this.#step.value = share)
    });
    say(this.app, 'info', text.stored(folder.below(name)));
    if (left !== null) {
      say(this.app, 'warning', text.oldLeft(left));
    }
  }
}
