/**
 * The context's life. Browsers give all pages together only a few and take the oldest back, so a
 * picture that is out of sight gives its own back. While there is none, the last picture stays on
 * the screen as a copy; when there is one again, it is drawn anew from what the page still has.
 */
import type { Gpu } from './gpu';
import { AWAY_MILLISECONDS, watchSight } from './sight';

const REST_MILLISECONDS = 1000;

/** What is drawn. */
export interface Kept {
  /** Draws what is missing, now; false if the picture there is lacks some of it. */
  complete(): boolean;
  /** Draws everything: nothing of it is left on the graphics card. */
  again(): void;
}

export class Keeping {
  private readonly last = document.createElement('canvas');
  private readonly notice = document.createElement('p');
  private readonly ends = new AbortController();
  private readonly unwatch: () => void;
  private inSight = false;
  private givenBack = false;
  private away = 0;
  private rest = 0;

  constructor(
    private readonly gpu: Gpu,
    private readonly canvas: HTMLCanvasElement,
    host: HTMLElement,
    private readonly kept: Kept,
    words: string
  ) {
    this.last.className = 'cx-last';
    this.last.dataset.testid = 'last-picture';
    this.last.hidden = true;
    this.notice.className = 'cx-lost';
    this.notice.setAttribute('role', 'status');
    this.notice.textContent = words;
    this.notice.hidden = true;
    host.append(this.last, this.notice);
    const { signal } = this.ends;
    canvas.addEventListener('webglcontextlost', () => this.lost(), { signal });
    canvas.addEventListener('webglcontextrestored', () => kept.again(), { signal });
    host.addEventListener('pointerenter', () => this.wake(), { signal });
    canvas.addEventListener('focus', () => this.wake(), { signal });
    if (gpu.lost) {
      // While the page waited for its data; nobody has missed a picture.
      this.givenBack = true;
      this.lost();
    }
    this.unwatch = watchSight(host, inSight => this.seen(inSight));
  }

  /** The last picture, as an address. */
  get address(): string {
    return this.last.toDataURL('image/png');
  }

  /** Ask for a context again, where it was lost. */
  wake(): void {
    this.gpu.renew();
  }

  /** A frame was asked for. */
  drawn(): void {
    this.givenBack = false;
    this.last.hidden = this.notice.hidden = true;
    delete this.canvas.dataset.lost;
    window.clearTimeout(this.rest);
    if (!this.inSight && this.away === 0) {
      this.seen(false);
    }
  }

  /** The graphics card has drawn it, and nothing is missing in it. */
  rested(): void {
    // A copy takes a moment, which a picture that moves does not have.
    window.clearTimeout(this.rest);
    this.rest = window.setTimeout(() => this.copy(), REST_MILLISECONDS);
  }

  dispose(): void {
    this.ends.abort();
    this.unwatch();
    window.clearTimeout(this.rest);
    window.clearTimeout(this.away);
    this.gpu.giveBack();
  }

  private seen(inSight: boolean): void {
    this.inSight = inSight;
    window.clearTimeout(this.away);
    this.away = 0;
    if (inSight) {
      this.wake();
    } else {
      this.away = window.setTimeout(() => this.giveBack(), AWAY_MILLISECONDS);
    }
  }

  private giveBack(): void {
    this.away = 0;
    // What still waits for its data is asked again when it has been drawn.
    if (!this.gpu.lost && this.kept.complete()) {
      this.copy();
      this.givenBack = true;
      this.last.hidden = false;
      this.gpu.giveBack();
    }
  }

  private lost(): void {
    window.clearTimeout(this.rest);
    this.last.hidden = false;
    this.canvas.dataset.lost = '';
    this.notice.hidden = this.givenBack;
    if (this.givenBack && this.inSight) {
      this.wake();
    }
  }

  /** In plain memory: what takes the graphics card away must not take the copy too. */
  private copy(): void {
    window.clearTimeout(this.rest);
    if (this.gpu.lost) {
      return;
    }
    this.last.width = this.canvas.width;
    this.last.height = this.canvas.height;
    this.last.getContext('2d', { willReadFrequently: true })?.drawImage(this.canvas, 0, 0);
  }
}
