/** The picture that Python has frozen: taken once all that it shows is there. */

/** So long it may wait for data, or for a context. */
const STILL_MILLISECONDS = 5000;

/** What it is a picture of. */
export interface Posing {
  /** Whether it can be taken at once. */
  ready(): boolean;
  /** Have it get ready. */
  wake(): void;
  /** Takes it, as it is now. */
  take(): void;
}

export class Still {
  /** Ends the wait for what could not be taken at once. */
  private awaited = 0;

  constructor(private readonly posing: Posing) {}

  /** One is asked for. */
  ask(): void {
    this.end();
    if (this.posing.ready()) {
      this.posing.take();
    } else {
      this.posing.wake();
      this.awaited = window.setTimeout(() => this.posing.take(), STILL_MILLISECONDS);
    }
  }

  /** What it shows was drawn whole. */
  drawn(): void {
    if (this.awaited !== 0 && this.posing.ready()) {
      this.ask();
    }
  }

  /** None is asked for any more. */
  end(): void {
    window.clearTimeout(this.awaited);
    this.awaited = 0;
  }
}
