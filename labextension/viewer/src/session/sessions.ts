/** What a person, or Python, does with the sessions of this page. */
import type { App } from '../state/app';
import { say } from '../state/messages';
import type { Message } from '../state/types';
import { text } from '../text';
import type { Autosave } from './autosave';
import { captureSession } from './capture';
import type { Names } from './contributor';
import { restoreSession, type Restored } from './restore';
import { RestoreCancelled } from './turns';

export interface How {
  /** Whether its cells are looked for by their names where the dataset is another. */
  readonly byName?: boolean;
  /** Says that it is shown, given what is to be said besides. */
  readonly shown?: (besides: string | null) => string;
}

export class Sessions {
  /** @param autosave - what keeps unfinished work; null where nothing does */
  constructor(
    private readonly app: App,
    readonly autosave: Autosave | null = null
  ) {}

  /** The session as it is now. */
  capture(names: Names = 'all'): Promise<Blob> {
    return captureSession(this.app, names);
  }

  /**
   * Show a session in place of what is shown, which is saved for that, and say how that went. Of one
   * that was made with another dataset what fits is shown, if anything.
   *
   * @throws what `restoreSession` throws, and an Error where the dataset is no other, and nothing of
   * the session is any good.
   */
  async load(file: Blob, { byName = false, shown = text.sessionShown }: How = {}): Promise<Restored> {
    this.autosave?.saveBefore();
    const found = await restoreSession(this.app, file, byName);
    if (found.difference !== null) {
      this.#tellDifference(file, found, found.difference.words);
      return found;
    }
    const { restored, skipped, realigned } = found;
    const [first] = skipped;
    const left = first ? text.sessionParts(skipped.length, first.id, first.why) : null;
    if (restored.length === 0) {
      throw new Error(text.nothingShown(left));
    }
    if (found.undone) {
      say(this.app, 'info', text.sessionUndone);
      return found;
    }
    const placed = realigned && text.cellsPlaced(realigned.found, realigned.of);
    const besides = [placed, left].filter(words => words !== null).join(' ');
    say(this.app, left ? 'warning' : 'info', shown(besides === '' ? null : besides));
    return found;
  }

  /**
   * The same with a session that must be had first. Never throws: what goes wrong is told.
   *
   * @param failed - says it, given why
   */
  async open(
    get: () => Blob | Promise<Blob>,
    failed: (why: string) => string,
    { level = 'error', ...how }: How & { readonly level?: Message['level'] } = {}
  ): Promise<void> {
    try {
      await this.load(await get(), how);
    } catch (error) {
      if (error instanceof RestoreCancelled) {
        say(this.app, 'info', error.message);
        return;
      }
      say(this.app, level, failed(error instanceof Error ? error.message : String(error)));
    }
  }

  /** Say why a session does not fit, with a way out where there is one. */
  #tellDifference(file: Blob, { restored, realigned }: Restored, differs: string): void {
    const words = (restored.length === 0 ? text.nothingFits : text.partFits)(differs);
    const problem = realigned?.problem ?? null;
    const act = (): void => void this.open(() => file, why => why, { byName: true });
    say(this.app, 'warning', problem === null ? words : `${words} ${text.notPlaced(problem)}`, {
      action: realigned?.rows ? { label: text.placeByName, act } : null
    });
  }
}
