/**
 * The drawing surface: one WebGL context for all views (browsers give a page only a few), in which
 * a view is drawn when something changed in it and never otherwise. It follows the app's signals,
 * and answers what tools ask about places on the screen (the `Stage` port of `tools/tool.ts`).
 */
import { batch, computed, effect, signal, untracked, type ReadonlySignal } from '@preact/signals';
import type { App } from '../state/app';
import type { Camera, Rect } from '../state/types';
import { text } from '../text';
import { unprojectPlanar, type Size } from './camera';
import { Detail } from './detail';
import { Gpu } from './gpu';
import { gridOf, placeAt } from './grid';
import { Keeping } from './keeping';
import { Marks } from './marks';
import { Overlay } from './overlay';
import { Paint } from './paint';
import { ViewPicture, type Change, type Shared } from './picture';
import { PositionPool } from './positions';

type Place = readonly [x: number, y: number];

/** So long a still picture may wait for data, or for a context. */
const STILL_MILLISECONDS = 5000;

export class Surface {
  /** Counts the frames drawn; a listener knows by it that its change is on the screen. */
  readonly frames: ReadonlySignal<number>;
  /** True from a change to the frame that shows all of it. */
  readonly stale: ReadonlySignal<boolean>;
  readonly canvas = document.createElement('canvas');

  private readonly drawn = signal(0);
  private readonly waiting = signal(true);
  private readonly shared: Shared;
  private readonly overlay = new Overlay();
  private readonly keeping: Keeping;
  private readonly detail: Detail;
  private readonly pictures = new Map<string, ViewPicture>();
  private readonly disposers: (() => void)[] = [];
  private extent: Size = { width: 1, height: 1 };
  /** Size of the canvas, to know when it is another. */
  private pixels = '';
  private request = 0;
  /** Ends the wait for a still picture that could not be taken at once. */
  private awaited = 0;

  /**
   * @param app - what is shown
   * @param host - an element that gives the surface its size; a canvas and an overlay are put in it
   */
  constructor(
    private readonly app: App,
    private readonly host: HTMLElement
  ) {
    this.frames = this.drawn;
    this.stale = this.waiting;
    const { canvas } = this;
    canvas.className = 'cx-canvas';
    canvas.dataset.testid = 'stage';
    canvas.tabIndex = 0;
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', text.picture);
    const gpu = new Gpu(canvas);
    const [paint, marks, pool] = [new Paint(gpu), new Marks(gpu), new PositionPool(gpu)];
    this.shared = { app, gpu, paint, marks, pool };
    host.append(canvas);
    this.detail = new Detail(gpu, () => this.rested());
    const kept = { complete: () => this.complete(), again: () => this.again() };
    this.keeping = new Keeping(gpu, canvas, host, kept, text.pictureLost);
    host.append(this.overlay.element);
    this.follow();
  }

  camera(viewId: string): Camera {
    return this.picture(viewId).camera();
  }

  size(viewId: string): Size {
    return this.picture(viewId).extent();
  }

  project(viewId: string): Float32Array {
    return this.picture(viewId).project();
  }

  unproject(viewId: string, [x, y]: Place): readonly [number, number] | null {
    return unprojectPlanar(this.camera(viewId), this.size(viewId), x, y);
  }

  viewAt(point: Place): { readonly viewId: string; readonly point: Place } | null {
    return placeAt(this.app.places.peek(), point);
  }

  outline(viewId: string, polygon: readonly Place[] | null): void {
    const place = this.app.places.peek().get(viewId);
    if (place) {
      this.overlay.outline(viewId, place, polygon);
    }
  }

  dispose(): void {
    cancelAnimationFrame(this.request);
    this.detail.end();
    window.clearTimeout(this.awaited);
    for (const dispose of this.disposers.splice(0)) dispose();
    this.pictures.forEach(picture => picture.dispose());
    this.keeping.dispose();
    this.host.replaceChildren();
  }

  /** Every signal that changes the picture marks it stale; what it is made of follows at once. */
  private follow(): void {
    const { app } = this;
    const ids = computed(() => app.onScreen.value.map(({ id }) => id).join('\n'));
    this.disposers.push(
      effect(() => {
        void ids.value;
        untracked(() => this.arrange());
        this.invalidate();
      }),
      effect(() => {
        this.shared.marks.set(app.halos.value, app.preview.value ?? app.candidate.value.cells);
        this.refresh();
      }),
      effect(() => {
        void app.theme.value;
        this.refresh();
      }),
      effect(() => {
        const frozen = app.frozen.value;
        untracked(() => this.freeze(frozen));
      })
    );
    const sizes = new ResizeObserver(() => this.resize());
    sizes.observe(this.host);
    this.disposers.push(() => sizes.disconnect());
    this.resize();
  }

  /** A picture and a place for each view on the screen, and for no other. */
  private arrange(): void {
    const ids = this.app.onScreen.peek().map(({ id }) => id);
    for (const [id, picture] of this.pictures) {
      if (!ids.includes(id)) {
        this.outline(id, null);
        picture.dispose();
        this.pictures.delete(id);
      }
    }
    for (const id of ids) {
      if (!this.pictures.has(id)) {
        const changed = (change: Change): void => this.changed(change);
        this.pictures.set(id, new ViewPicture(this.shared, id, changed));
      }
    }
    this.forget();
    const places = gridOf(ids, this.extent);
    places.forEach((place, id) => this.picture(id).resize(place));
    this.app.places.value = places;
    // Nothing is left of how views stood before.
    this.open({ left: 0, top: 0, ...this.extent });
  }

  private changed(change: Change): void {
    if (change === 'positions') {
      this.forget();
    }
    if (change === 'camera') {
      this.detail.moved();
    }
    this.invalidate();
  }

  private rested(): void {
    for (const picture of this.pictures.values()) {
      if (picture.coarse) {
        picture.stale = true;
        this.invalidate();
      }
    }
  }

  /** Positions that no view shows any more. */
  private forget(): void {
    this.shared.pool.keep(new Set([...this.pictures.values()].map(({ positions }) => positions)));
  }

  private refresh(): void {
    this.pictures.forEach(picture => (picture.stale = true));
    this.invalidate();
  }

  private resize(): void {
    const { width, height } = this.host.getBoundingClientRect();
    if (width < 1 || height < 1) {
      return;
    }
    const ratio = window.devicePixelRatio;
    const pixels = [Math.floor(width * ratio), Math.floor(height * ratio)].join(' × ');
    if (pixels === this.pixels) {
      return;
    }
    this.pixels = pixels;
    this.extent = { width, height };
    this.canvas.width = Math.floor(width * ratio);
    this.canvas.height = Math.floor(height * ratio);
    this.arrange();
    // A resized canvas is empty until it is drawn: drawing at once avoids a flash.
    this.draw();
  }

  /** Draws all that is missing, in full. */
  private complete(): boolean {
    this.detail.rest();
    this.draw();
    return !this.waiting.peek();
  }

  private again(): void {
    this.refresh();
    this.draw();
  }

  private freeze(frozen: boolean): void {
    window.clearTimeout(this.awaited);
    this.awaited = 0;
    if (!frozen) {
      this.app.still.value = null;
    } else if (!this.shared.gpu.lost && !this.loading()) {
      this.app.still.value = this.still();
    } else {
      this.keeping.wake();
      const take = (): void => void (this.app.still.value = this.still());
      this.awaited = window.setTimeout(take, STILL_MILLISECONDS);
    }
  }

  private loading(): boolean {
    return [...this.pictures.values()].some(({ loading }) => loading);
  }

  /** The picture as it is now. */
  private still(): string {
    this.complete();
    return this.shared.gpu.lost ? this.keeping.address : this.canvas.toDataURL('image/png');
  }

  private invalidate(): void {
    this.waiting.value = true;
    if (!this.request) {
      this.request = requestAnimationFrame(() => this.draw());
    }
  }

  private draw(): void {
    cancelAnimationFrame(this.request);
    this.request = 0;
    const { gpu } = this.shared;
    const pictures = [...this.pictures.values()].filter(({ stale, ready }) => stale && ready);
    if (gpu.lost || pictures.length === 0) {
      return;
    }
    const { detail } = this;
    const sample = detail.sample(this.app.dataset.nCells, this.pictures.size);
    for (const picture of pictures) {
      const place = this.app.places.peek().get(picture.viewId);
      if (place) this.open(place);
      picture.draw(window.devicePixelRatio, sample, detail.moving);
    }
    const complete = [...this.pictures.values()].every(({ stale, coarse }) => !stale && !coarse);
    batch(() => {
      this.waiting.value = !complete;
      this.drawn.value += 1;
    });
    this.keeping.drawn(complete);
    if (complete && this.awaited !== 0 && !this.loading()) {
      this.freeze(true);
    }
  }

  private open(place: Rect): void {
    this.shared.paint.open(place, this.extent.height, window.devicePixelRatio);
  }

  private picture(viewId: string): ViewPicture {
    const picture = this.pictures.get(viewId);
    if (picture === undefined) {
      const shown = [...this.pictures.keys()].join(', ');
      throw new Error(`View "${viewId}" is not on the screen; these are: ${shown}.`);
    }
    return picture;
  }
}
