/** The picture of one view: it follows the view's signals, and is drawn into a part of the canvas. */
import { computed, effect, untracked } from '@preact/signals';
import type { App } from '../state/app';
import { say } from '../state/messages';
import type { Camera, Dimension, Theme, View } from '../state/types';
import type { ViewData } from '../state/view-data';
import { text } from '../text';
import { clipMatrix, framed, modeOf, projectAll, type Bounds, type Size } from './camera';
import { Edges, MOST_EDGES } from './edges';
import type { Buffer, Gpu } from './gpu';
import type { Marks } from './marks';
import type { Drawing, Paint, Rgb } from './paint';
import { Cloud } from './points';
import type { PositionPool, Positions } from './positions';
import { automaticPointSize } from './size';

const UNIT: Bounds = { center: [0, 0, 0], half: [1, 1, 1], radius: 1 };
const CANDIDATE: Readonly<Record<Theme, Rgb>> = { light: [17, 24, 39], dark: [255, 255, 255] };
const EDGE: Readonly<Record<Theme, Rgb>> = { light: [115, 122, 133], dark: [138, 145, 156] };

/** What the pictures of all views share. */
export interface Shared {
  readonly app: App;
  readonly gpu: Gpu;
  readonly paint: Paint;
  readonly marks: Marks;
  readonly pool: PositionPool;
}

/** What changed: data or looks; only from where it is seen; positions, which may be gone now. */
export type Change = 'look' | 'camera' | 'positions';

export class ViewPicture {
  /** Something changed since it was drawn. */
  stale = true;
  /** It was drawn with fewer cells or without edges. */
  coarse = false;
  positions: Positions | null = null;
  private size: Size = { width: 1, height: 1 };
  private readonly data: ViewData;
  private readonly cloud: Cloud;
  private readonly edges: Edges;
  private readonly disposers: (() => void)[] = [];
  /** How it was drawn last, and which share of the cells. */
  private drawing: Drawing | null = null;
  private share = 1;
  /** The camera it was drawn with. */
  private seenFrom: Camera | null = null;
  private framing: { bounds: Bounds; dimension: Dimension; size: Size; camera: Camera } | null =
    null;
  private projected: { camera: Camera; size: Size; points: Float32Array; at: Float32Array } | null =
    null;

  constructor(
    private readonly shared: Shared,
    readonly viewId: string,
    private readonly changed: (change: Change) => void
  ) {
    this.data = shared.app.data(viewId);
    this.cloud = new Cloud(shared.gpu, shared.paint);
    this.edges = new Edges(shared.gpu, shared.paint);
    this.follow();
  }

  /** Whether its points are there. */
  get ready(): boolean {
    return this.positions !== null && this.positions.dimension === this.view().dimension;
  }

  /** Whether near cells hide far ones. */
  get deep(): boolean {
    return this.drawing !== null && this.drawing.near > 0;
  }

  /** Whether what it shows is still on its way. */
  get loading(): boolean {
    const { points, column } = this.data;
    return points.peek().state === 'loading' || column.peek()?.state === 'loading';
  }

  resize(size: Size): void {
    if (size.width !== this.size.width || size.height !== this.size.height) {
      this.size = size;
    }
    this.stale = true;
  }

  extent(): Size {
    return this.size;
  }

  /** The camera it is drawn with: the view's own, or the one that frames all cells. */
  camera(): Camera {
    const { dimension, cameras } = this.view();
    const own = cameras[dimension];
    return own && own.mode === modeOf(dimension) ? own : this.settled();
  }

  project(): Float32Array {
    if (!this.ready || this.positions === null) {
      return new Float32Array(0);
    }
    const [camera, { points, dimension }, { size, projected: last }] = [
      this.camera(),
      this.positions,
      this
    ];
    if (last && last.points === points && last.camera === camera && last.size === size) {
      return last.at;
    }
    const at = projectAll(points, dimension, camera, size);
    this.projected = { camera, size, points, at };
    return at;
  }

  /**
   * Draws its cells into the viewport that is set.
   *
   * @param sample - the only cells that are drawn, null for all
   * @param moving - what is slow to draw is left out
   */
  drawCells(pixelRatio: number, sample: Buffer | null, moving: boolean): void {
    const { positions } = this;
    if (positions === null) {
      return;
    }
    this.seenFrom = this.camera();
    const cells = sample?.length ?? positions.count;
    this.drawing = this.drawn(positions, pixelRatio, cells);
    this.share = cells / positions.count;
    const skipEdges = moving && this.edges.slow;
    if (!skipEdges) {
      this.edges.draw(positions, this.drawing, EDGE[this.shared.app.theme.peek()]);
    }
    this.cloud.drawCells(positions, this.drawing, sample);
    this.coarse = sample !== null || skipEdges;
    this.stale = false;
  }

  /** Draws the marked cells over the others, as those were drawn last. */
  drawMarks(): void {
    const { positions, drawing } = this;
    if (positions !== null && drawing !== null) {
      const { app, marks } = this.shared;
      const marked = marks.all(CANDIDATE[app.theme.peek()], this.share);
      this.cloud.drawMarks(positions, drawing, marked);
    }
  }

  dispose(): void {
    for (const dispose of this.disposers.splice(0)) dispose();
    this.cloud.free();
    this.edges.free();
  }

  private view(): View {
    const { app } = this.shared;
    return app.views.peek().find(({ id }) => id === this.viewId) ?? app.activeView.peek();
  }

  private settled(): Camera {
    const { dimension } = this.view();
    const bounds = this.positions?.dimension === dimension ? this.positions.bounds : UNIT;
    const { framing, size } = this;
    if (framing?.bounds === bounds && framing.dimension === dimension && framing.size === size) {
      return framing.camera;
    }
    const camera = framed(bounds, dimension, size);
    this.framing = { bounds, dimension, size, camera };
    return camera;
  }

  private drawn(positions: Positions, pixelRatio: number, cells: number): Drawing {
    const { size } = this;
    const camera = this.camera();
    const settled = this.settled();
    const planar = camera.mode === 'planar';
    const chosen = this.view().look.pointSize ?? automaticPointSize(positions.count, size);
    const grown = planar ? (camera.zoom / settled.zoom) ** 0.4 : 1;
    // Fewer cells are larger, so that the picture stays about as full.
    const fewer = automaticPointSize(cells, size) / automaticPointSize(positions.count, size);
    return {
      clip: clipMatrix(camera, size).elements,
      size: Math.min(chosen * grown * fewer, 40) * pixelRatio,
      near: planar ? 0 : distanceOf(settled) * camera.zoom,
      least: pixelRatio,
      most: 48 * pixelRatio,
      opacity: planar ? (positions.count < 50_000 ? 0.85 : 0.7) : 1,
      pixelRatio
    };
  }

  private follow(): void {
    const { app, pool } = this.shared;
    const view = computed(() => app.views.value.find(({ id }) => id === this.viewId));
    const size = computed(() => view.value?.look.pointSize);
    const showsEdges = computed(() => view.value?.look.edges === true);
    const camera = computed(() => view.value?.cameras[view.value.dimension]);
    const { points, colors, visible } = this.data;
    let saidSome = false;
    this.disposers.push(
      effect(() => {
        if (points.value.state === 'ready') {
          this.positions = pool.of(points.value.value, untracked(() => app.dataset.nCells));
          this.tell('positions');
        }
      }),
      effect(() => {
        void points.value;
        const [shown, mask] = [colors.value, visible.value];
        if (this.positions !== null) {
          this.cloud.dress(shown, mask, this.positions);
          this.tell('look');
        }
      }),
      effect(() => {
        void points.value;
        const graph = showsEdges.value ? app.shown.graph.value.get('graph') : undefined;
        const loaded = graph?.state === 'ready' ? graph.value : null;
        const total = this.edges.set(loaded, visible.value, this.positions?.placed ?? null);
        if (total > MOST_EDGES && !saidSome) {
          saidSome = true;
          untracked(() => say(app, 'info', text.someEdges(MOST_EDGES, total)));
        }
        this.tell('look');
      }),
      effect(() => {
        void size.value;
        this.tell('look');
      }),
      effect(() => {
        void camera.value;
        // A view may be given the camera it was framed with for its own: nothing moves then.
        if (untracked(() => this.camera()) !== this.seenFrom) {
          this.tell('camera');
        }
      })
    );
  }

  private tell(change: Change): void {
    this.stale = true;
    // What is only beginning has not changed.
    if (this.disposers.length > 0) this.changed(change);
  }
}

function distanceOf({ position: [x, y, z], target: [tx, ty, tz] }: Camera): number {
  return Math.hypot(x - tx, y - ty, z - tz);
}

