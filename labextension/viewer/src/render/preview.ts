/**
 * What a gesture would take, marked in the picture: with each move where the card keeps up, else
 * once the pointer rests. It is never asked for the next one before it has drawn the last.
 */
import { effect } from '@preact/signals';
import type { App } from '../state/app';
import type { Pace } from './pace';

const REST_MILLISECONDS = 150;

export class Preview {
  private wanted: Uint32Array | null = null;
  private pending = false;
  private rest = 0;
  private readonly unfollow: () => void;

  /**
   * @param show - marks cells, or none; they are drawn in the next frame
   * @param wait - told when there is something to be marked later
   */
  constructor(
    app: App,
    private readonly pace: Pick<Pace, 'busy' | 'quick'>,
    private readonly show: (cells: Uint32Array | null) => void,
    private readonly wait: () => void
  ) {
    this.unfollow = effect(() => {
      const preview = app.preview.value;
      const { cells } = app.candidate.value;
      this.follow(preview ?? cells, preview !== null);
    });
  }

  /** Whether something is to be marked that is not yet. */
  get waiting(): boolean {
    return this.pending;
  }

  /** The card has drawn what it was asked for. */
  drawn(): void {
    if (this.pending && this.pace.quick) {
      this.mark();
    } else if (this.pending) {
      // Moves that were made meanwhile may not have been heard of yet.
      this.restart();
    }
  }

  dispose(): void {
    this.unfollow();
    window.clearTimeout(this.rest);
  }

  private follow(cells: Uint32Array | null, moving: boolean): void {
    this.wanted = cells;
    if (!moving || this.pace.quick) {
      this.mark();
      return;
    }
    this.pending = true;
    this.restart();
    this.wait();
  }

  private restart(): void {
    window.clearTimeout(this.rest);
    this.rest = window.setTimeout(() => {
      if (!this.pace.busy) this.mark();
    }, REST_MILLISECONDS);
  }

  private mark(): void {
    window.clearTimeout(this.rest);
    this.pending = false;
    this.show(this.wanted);
  }
}
