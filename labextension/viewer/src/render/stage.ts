/**
 * The drawing surface: one WebGL context for all views (browsers give a page only a few), drawn when
 * something changed and never otherwise. It follows the app's signals, and answers what tools ask
 * about places on the screen (the `Stage` port of `tools/tool.ts`).
 */
import { effect, signal, untracked, type ReadonlySignal } from '@preact/signals';
import { Camera as DrawingCamera, WebGLRenderer } from 'three';
import type { App } from '../state/app';
import type { Camera, Dimension, View } from '../state/types';
import { boundsOf, clipMatrix, framed, modeOf, projectAll, unprojectPlanar } from './camera';
import type { Bounds, Size } from './camera';
import type { Rgb } from './paint';
import { Cloud } from './points';
import { automaticPointSize } from './size';

type Place = readonly [x: number, y: number];

const NO_CELLS = new Uint32Array(0);
const CANDIDATE: Readonly<Record<'light' | 'dark', Rgb>> = {
  light: [17, 24, 39],
  dark: [255, 255, 255]
};

export class Surface {
  /** Counts the frames drawn; a listener knows by it that its change is on the screen. */
  readonly frames: ReadonlySignal<number>;
  /** True from a change to the frame that shows it. */
  readonly stale: ReadonlySignal<boolean>;

  private readonly drawn = signal(0);
  private readonly waiting = signal(true);
  private readonly renderer: WebGLRenderer;
  private readonly eye = new DrawingCamera();
  private readonly cloud = new Cloud();
  private readonly line: SVGPathElement;
  private readonly disposers: (() => void)[] = [];
  private extent: Size = { width: 1, height: 1 };
  private points: Float32Array | null = null;
  private dimension: Dimension = 2;
  private bounds: Bounds | null = null;
  private request = 0;
  private projected: { camera: Camera; size: Size; points: Float32Array; at: Float32Array } | null =
    null;

  /**
   * @param app - what is shown
   * @param host - an element that gives the surface its size; a canvas and an overlay are put in it
   * @param label - what a screen reader says of the picture
   */
  constructor(
    private readonly app: App,
    private readonly host: HTMLElement,
    label: string
  ) {
    this.frames = this.drawn;
    this.stale = this.waiting;
    this.renderer = new WebGLRenderer({ alpha: true, antialias: false, stencil: false });
    this.renderer.sortObjects = false;
    this.renderer.setClearColor(0x000000, 0);
    const canvas = this.renderer.domElement;
    canvas.className = 'cx-canvas';
    canvas.dataset.testid = 'stage';
    canvas.tabIndex = 0;
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', label);
    const overlay = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    overlay.setAttribute('class', 'cx-overlay');
    overlay.setAttribute('aria-hidden', 'true');
    this.line = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    overlay.append(this.line);
    host.append(canvas, overlay);
    this.follow(canvas);
  }

  get canvas(): HTMLCanvasElement {
    return this.renderer.domElement;
  }

  /** The camera a view is drawn with: its own, or the one that frames all cells. */
  camera(viewId: string): Camera {
    const view = this.view(viewId);
    const own = view.cameras[view.dimension];
    if (own && own.mode === modeOf(view.dimension)) {
      return own;
    }
    return framed(this.cellBounds(view.dimension), view.dimension, this.extent);
  }

  size(viewId: string): Size {
    this.view(viewId);
    return this.extent;
  }

  project(viewId: string): Float32Array {
    const camera = this.camera(viewId);
    const points = this.points;
    if (!points) {
      return new Float32Array(0);
    }
    const last = this.projected;
    if (last && last.points === points && last.camera === camera && last.size === this.extent) {
      return last.at;
    }
    const at = projectAll(points, this.dimension, camera, this.extent);
    this.projected = { camera, size: this.extent, points, at };
    return at;
  }

  unproject(viewId: string, [x, y]: Place): readonly [number, number] | null {
    return unprojectPlanar(this.camera(viewId), this.extent, x, y);
  }

  outline(viewId: string, polygon: readonly Place[] | null): void {
    this.view(viewId);
    const corners = (polygon ?? []).map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`);
    this.line.setAttribute('d', corners.length > 1 ? `M${corners.join('L')}Z` : '');
  }

  dispose(): void {
    cancelAnimationFrame(this.request);
    for (const dispose of this.disposers.splice(0)) dispose();
    this.cloud.dispose();
    this.renderer.dispose();
    // Browsers give a page only a few contexts, and take their time to collect one.
    this.renderer.forceContextLoss();
    this.host.replaceChildren();
  }

  /** Every signal that changes the picture marks it stale; what it is made of follows at once. */
  private follow(canvas: HTMLCanvasElement): void {
    const { app, cloud } = this;
    this.disposers.push(
      effect(() => {
        const points = app.points.value;
        if (points.state === 'ready') {
          this.points = points.value;
          this.dimension = dimensionOf(points.value, app.dataset.nCells);
          this.bounds = null;
          cloud.place(points.value, this.dimension);
          untracked(() => this.dress());
        }
      }),
      effect(() => {
        cloud.paint(app.colors.value, app.visible.value);
        this.invalidate();
      }),
      effect(() => {
        this.mark();
        this.invalidate();
      }),
      effect(() => {
        app.still.value = app.frozen.value ? untracked(() => this.still()) : null;
      }),
      effect(() => {
        void [app.activeView.value, app.theme.value];
        this.invalidate();
      })
    );
    const sizes = new ResizeObserver(() => this.resize());
    sizes.observe(this.host);
    const restored = (): void => this.invalidate();
    const lost = (event: Event): void => event.preventDefault();
    canvas.addEventListener('webglcontextlost', lost);
    canvas.addEventListener('webglcontextrestored', restored);
    this.disposers.push(
      () => sizes.disconnect(),
      () => canvas.removeEventListener('webglcontextlost', lost),
      () => canvas.removeEventListener('webglcontextrestored', restored)
    );
    this.resize();
  }

  /** Colours and marks for points that have just come. */
  private dress(): void {
    this.cloud.paint(this.app.colors.value, this.app.visible.value);
    this.mark();
    this.invalidate();
  }

  private mark(): void {
    this.cloud.mark(this.app.halos.value, this.app.candidate.value.cells ?? NO_CELLS);
  }

  /** The picture as it is now; read at once, since a canvas forgets what was drawn. */
  private still(): string {
    this.draw();
    return this.canvas.toDataURL('image/png');
  }

  private resize(): void {
    const { width, height } = this.host.getBoundingClientRect();
    if (width < 1 || height < 1) {
      return;
    }
    this.extent = { width, height };
    this.app.places.value = new Map(
      [this.app.activeView.peek()].map(({ id }) => [id, { left: 0, top: 0, width, height }])
    );
    this.renderer.setPixelRatio(window.devicePixelRatio);
    this.renderer.setSize(width, height, false);
    // A resized canvas is empty until it is drawn: drawing at once avoids a flash.
    this.draw();
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
    const view = this.app.activeView.peek();
    if (!this.points || view.dimension !== this.dimension) {
      return;
    }
    const camera = this.camera(view.id);
    const pixelRatio = this.renderer.getPixelRatio();
    const cells = this.app.dataset.nCells;
    const chosen = view.look.pointSize ?? automaticPointSize(cells, this.extent);
    const planar = camera.mode === 'planar';
    const settled = framed(this.cellBounds(view.dimension), view.dimension, this.extent);
    const grown = planar ? (camera.zoom / settled.zoom) ** 0.4 : 1;
    this.cloud.prepare(
      {
        clip: clipMatrix(camera, this.extent),
        size: Math.min(chosen * grown, 40) * pixelRatio,
        near: planar ? 0 : distanceOf(settled) * camera.zoom,
        least: pixelRatio,
        most: 48 * pixelRatio,
        opacity: planar ? (cells < 50_000 ? 0.85 : 0.7) : 1,
        pixelRatio
      },
      CANDIDATE[this.app.theme.peek()]
    );
    this.renderer.render(this.cloud.scene, this.eye);
    this.waiting.value = false;
    this.drawn.value += 1;
  }

  private cellBounds(dimension: Dimension): Bounds {
    if (!this.points || dimension !== this.dimension) {
      return { center: [0, 0, 0], half: [1, 1, 1], radius: 1 };
    }
    this.bounds ??= boundsOf(this.points, this.dimension);
    return this.bounds;
  }

  private view(viewId: string): View {
    const view = this.app.activeView.peek();
    if (view.id !== viewId) {
      throw new Error(`View "${viewId}" is not on the screen; "${view.id}" is.`);
    }
    return view;
  }
}

function dimensionOf(points: Float32Array, cells: number): Dimension {
  const dimension = points.length / cells;
  if (dimension === 1 || dimension === 2 || dimension === 3) {
    return dimension;
  }
  throw new Error(`${points.length} coordinates for ${cells} cells are not 1, 2 or 3 a cell.`);
}

function distanceOf(camera: Camera): number {
  const [x, y, z] = camera.position;
  const [tx, ty, tz] = camera.target;
  return Math.hypot(x - tx, y - ty, z - tz);
}
