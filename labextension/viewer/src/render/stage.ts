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
import type { Easel } from './easel';
import { watchExtent } from './extent';
import { placeAt } from './grid';
import { Keeping } from './keeping';
import type { Layer } from './layer';
import { Marks } from './marks';
import { Overlay } from './overlay';
import { Pace } from './pace';
import type { Change, Shared, ViewPicture } from './picture';
import { Pictures } from './pictures';
import { PositionPool } from './positions';
import { Preview } from './preview';
import { Still } from './still';

type Place = readonly [x: number, y: number];

/** How opaque the cells are beneath a selection. */
const BENEATH = 0.5;

export class Surface {
  /** Counts the frames drawn; a listener knows by it that its change is on the screen. */
  readonly frames: ReadonlySignal<number>;
  /** True from a change to the frame that shows all of it. */
  readonly stale: ReadonlySignal<boolean>;
  readonly canvas: HTMLCanvasElement;

  private readonly drawn = signal(0);
  private readonly waiting = signal(true);
  private readonly shared: Shared;
  private readonly overlay = new Overlay();
  private readonly keeping: Keeping;
  private readonly still: Still;
  private readonly detail: Detail;
  private readonly layer: Layer;
  private readonly pace: Pace;
  private readonly preview: Preview;
  private readonly pictures: Pictures;
  private readonly disposers: (() => void)[] = [];
  private extent: Size = { width: 1, height: 1 };
  /** Pixels of the screen to a CSS pixel, as the canvas has them. */
  private ratio = 1;
  private request = 0;
  /** Other cells are marked since the last frame. */
  private remarked = false;

  /**
   * @param app - what is shown
   * @param easel - what it is drawn on, its own from now on
   * @param host - an element that gives the surface its size; a canvas and an overlay are put in it
   */
  constructor(
    private readonly app: App,
    easel: Easel,
    private readonly host: HTMLElement
  ) {
    easel.take();
    const { canvas, gpu, layer, paint } = easel;
    this.frames = this.drawn;
    this.stale = this.waiting;
    this.canvas = canvas;
    canvas.className = 'cx-canvas';
    canvas.dataset.testid = 'stage';
    canvas.tabIndex = 0;
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', text.picture);
    const [marks, pool] = [new Marks(gpu), new PositionPool(gpu)];
    this.shared = { app, gpu, paint, marks, pool };
    this.pictures = new Pictures(this.shared, change => this.changed(change));
    this.layer = layer;
    host.append(canvas);
    this.detail = new Detail(gpu, () => this.rested());
    const kept = { complete: () => this.complete(), again: () => this.again() };
    this.keeping = new Keeping(gpu, canvas, host, kept, text.pictureLost);
    host.append(this.overlay.element);
    this.still = new Still({
      ready: () => !gpu.lost && !this.pictures.loading,
      wake: () => this.keeping.wake(),
      take: () => void (app.still.value = this.address())
    });
    this.pace = new Pace(gpu, () => {
      this.preview.drawn();
      if (!this.waiting.peek()) this.keeping.rested();
    });
    const mark = (cells: Uint32Array | null): void => {
      marks.select(cells);
      this.remark();
    };
    this.preview = new Preview(app, this.pace, mark, () => (this.waiting.value = true));
    this.follow();
  }

  camera(viewId: string): Camera {
    return this.pictures.of(viewId).camera();
  }

  size(viewId: string): Size {
    return this.pictures.of(viewId).extent();
  }

  project(viewId: string): Float32Array {
    return this.pictures.of(viewId).project();
  }

  unproject(viewId: string, [x, y]: Place): readonly [number, number] | null {
    return unprojectPlanar(this.camera(viewId), this.size(viewId), x, y);
  }

  viewAt(point: Place): { readonly viewId: string; readonly point: Place } | null {
    return placeAt(this.app.places.peek(), point);
  }

  outline(viewId: string, polygon: readonly Place[] | null): void {
    this.overlay.outline(viewId, this.app.places.peek().get(viewId), polygon);
  }

  dispose(): void {
    cancelAnimationFrame(this.request);
    this.detail.end();
    this.pace.end();
    this.preview.dispose();
    this.still.end();
    for (const dispose of this.disposers.splice(0)) dispose();
    this.pictures.dispose();
    this.app.places.value = new Map();
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
        this.shared.marks.highlight(app.halos.value);
        this.remark();
      }),
      effect(() => {
        void app.theme.value;
        this.refresh();
      }),
      effect(() => {
        const frozen = app.frozen.value;
        untracked(() => (frozen ? this.still.ask() : this.thaw()));
      })
    );
    this.disposers.push(watchExtent(this.host, (size, ratio) => this.resize(size, ratio)));
  }

  /** Views have come or gone, or the surface has another size. */
  private arrange(): void {
    const ids = this.app.onScreen.peek().map(({ id }) => id);
    for (const id of this.pictures.arrange(ids, this.extent)) {
      this.outline(id, null);
    }
    // Nothing is left of how views stood before.
    this.open({ left: 0, top: 0, ...this.extent });
  }

  private changed(change: Change): void {
    if (change === 'positions') {
      this.pictures.forget();
      if (this.drawn.peek() === 0) {
        // While a page opens, the next animation frame may be long in coming.
        queueMicrotask(() => this.draw());
      }
    }
    if (change === 'camera') {
      this.detail.moved();
    }
    this.invalidate();
  }

  private rested(): void {
    for (const picture of this.pictures.all) {
      if (picture.coarse) {
        picture.stale = true;
        this.invalidate();
      }
    }
  }

  private refresh(): void {
    this.pictures.refresh();
    this.invalidate();
  }

  private remark(): void {
    this.remarked = true;
    this.invalidate();
  }

  private resize(size: Size, ratio: number): void {
    this.extent = size;
    this.ratio = ratio;
    this.canvas.width = Math.floor(size.width * ratio);
    this.canvas.height = Math.floor(size.height * ratio);
    // Who drags the edge of a window waits for each picture.
    this.detail.moved();
    this.arrange();
    // A resized canvas is empty until it is drawn: drawing at once avoids a flash.
    this.draw();
  }

  /** Draws all that is missing, in full; false if the picture there is lacks some of it. */
  private complete(): boolean {
    this.detail.rest();
    this.draw();
    return !this.waiting.peek() || this.drawn.peek() === 0;
  }

  private again(): void {
    this.refresh();
    this.draw();
  }

  private thaw(): void {
    this.still.end();
    this.app.still.value = null;
  }

  /** The picture as it is now. */
  private address(): string {
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
    const { gpu, marks, paint } = this.shared;
    const ready = this.pictures.all.filter(picture => picture.ready);
    const stale = ready.filter(picture => picture.stale);
    const pictures = this.remarked ? ready : stale;
    if (gpu.lost && this.drawn.peek() === 0 && ready.length > 0) {
      // Others wait for the first picture, seen or not.
      this.keeping.wake();
    }
    if (gpu.lost || pictures.length === 0) {
      return;
    }
    this.drawCells(stale);
    for (const picture of pictures) {
      this.open(this.pictures.place(picture));
      paint.kept(this.layer, marks.hasCandidates ? BENEATH : 1, picture.deep);
      picture.drawMarks();
    }
    this.remarked = false;
    this.pace.asked();
    const complete = this.pictures.whole && !this.preview.waiting;
    batch(() => {
      this.waiting.value = !complete;
      this.drawn.value += 1;
    });
    this.keeping.drawn();
    if (complete) {
      this.still.drawn();
    }
  }

  private drawCells(pictures: readonly ViewPicture[]): void {
    const { detail, layer } = this;
    const sample = detail.sample(this.app.dataset.nCells, this.pictures.all.length);
    layer.begin();
    for (const picture of pictures) {
      this.open(this.pictures.place(picture));
      picture.drawCells(this.ratio, sample, detail.moving);
    }
    layer.end();
  }

  private open(place: Rect): void {
    this.shared.paint.open(place, this.extent.height, this.ratio);
  }
}
