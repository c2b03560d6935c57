/**
 * The canvas and what draws on it. Making them takes a moment, and needs no data: so a page makes
 * them while it waits for its dataset. Who waits out of sight gives the context back meanwhile.
 */
import { Gpu } from './gpu';
import { Layer } from './layer';
import { Paint, type Drawing } from './paint';
import { Cloud } from './points';
import { Positions } from './positions';
import { AWAY_MILLISECONDS, watchSight } from './sight';

/** Of one point, beside the picture. */
const NOTHING: Drawing = {
  clip: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 9, 9, 0, 1],
  size: 1,
  near: 0,
  least: 1,
  most: 1,
  opacity: 1,
  pixelRatio: 1
};

export class Easel {
  readonly canvas = document.createElement('canvas');
  readonly gpu: Gpu;
  readonly paint: Paint;
  readonly layer: Layer;
  private readonly unwatch: () => void;
  private away = 0;

  /** @throws where the browser gives no WebGL 2 context. */
  constructor() {
    this.gpu = new Gpu(this.canvas);
    this.paint = new Paint(this.gpu);
    this.layer = new Layer(this.gpu);
    this.begin();
    this.unwatch = watchSight(document.documentElement, inSight => this.seen(inSight));
  }

  /** Whoever draws on it looks after its context from now on. */
  take(): void {
    this.unwatch();
    window.clearTimeout(this.away);
  }

  /** Nothing will be drawn on it. */
  dispose(): void {
    this.take();
    this.gpu.giveBack();
  }

  private seen(inSight: boolean): void {
    window.clearTimeout(this.away);
    if (inSight) {
      this.gpu.renew();
    } else {
      this.away = window.setTimeout(() => this.gpu.giveBack(), AWAY_MILLISECONDS);
    }
  }

  /** Browsers make much of it only when it is used. */
  private begin(): void {
    const { gpu, layer, paint } = this;
    const point = new Positions(gpu, new Float32Array(2), 2);
    const cloud = new Cloud(gpu, paint);
    cloud.dress(new Uint8Array(4), null, point);
    layer.begin();
    cloud.drawCells(point, NOTHING, null);
    layer.end();
    paint.kept(layer, 1, false);
    cloud.free();
    point.buffer.free();
    gpu.gl.flush();
  }
}
