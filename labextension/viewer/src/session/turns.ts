/** Long work in short turns, which ends once it is cancelled. */
import { text } from '../text';

/** It was cancelled: what stood before stands again. */
export class RestoreCancelled extends Error {
  constructor() {
    super(text.restoreCancelled);
    this.name = 'RestoreCancelled';
  }
}

/** Longer than this, and a person would feel that the page does not answer. */
const LONGEST_MILLISECONDS = 16;

export class Turns {
  #began = Date.now();

  constructor(private readonly signal: AbortSignal) {}

  /**
   * Let the screen and the person have their turn, if this one was long.
   *
   * @throws RestoreCancelled
   */
  async next(): Promise<void> {
    if (Date.now() - this.#began >= LONGEST_MILLISECONDS) {
      await new Promise(resolve => setTimeout(resolve, 0));
      this.#began = Date.now();
    }
    this.stopIfCancelled();
  }

  /** @throws RestoreCancelled */
  stopIfCancelled(): void {
    if (this.signal.aborted) {
      throw new RestoreCancelled();
    }
  }
}
