/** Data and session on their way into a zip: how far it is, and what stands in its way. */
import { signal, type ReadonlySignal, type Signal } from '@preact/signals';
import { download } from '../../data/download';
import { shareName, shareZip } from '../../session/share';
import type { Sessions } from '../../session/sessions';
import type { App } from '../../state/app';
import { say } from '../../state/messages';
import { text } from '../../text';
import { proposedName } from './file-name';

export class Sharing {
  readonly #done: Signal<number | null> = signal(null);
  readonly #problem: Signal<string | null> = signal(null);
  #abort = new AbortController();

  constructor(
    private readonly app: App,
    private readonly sessions: Sessions
  ) {}

  /** The share of the data that was put in; null while nothing is shared. */
  get done(): ReadonlySignal<number | null> {
    return this.#done;
  }

  /** Why it failed, for a person. */
  get problem(): ReadonlySignal<string | null> {
    return this.#problem;
  }

  /** Have the browser download it; true once it is put together. */
  async share(genes: readonly string[], names: boolean): Promise<boolean> {
    const { dataset } = this.app;
    const { signal } = (this.#abort = new AbortController());
    let [came, expected] = [0, 0];
    this.#problem.value = null;
    this.#done.value = 0;
    try {
      const session = await this.sessions.capture(names ? 'all' : 'none');
      const along = { session, sessionName: proposedName(new Date()), genes, names };
      const zip = await shareZip(dataset, along, {
        signal,
        expect: bytes => (expected += bytes),
        heard: bytes => (this.#done.value = (came += bytes) / expected)
      });
      signal.throwIfAborted();
      const name = `${shareName(dataset)}.zip`;
      download(zip, name);
      say(this.app, 'info', text.sharedAs(name));
      return true;
    } catch (error) {
      if (!signal.aborted) {
        const why = error instanceof Error ? error.message : String(error);
        this.#problem.value = text.notShared(why);
      }
      return false;
    } finally {
      this.#done.value = null;
    }
  }

  cancel(): void {
    this.#abort.abort();
  }
}
