/**
 * The canvas and what draws on it. Making them takes a moment, and needs no data: so a page makes
 * them while it waits for its dataset.
 */
import { Gpu } from './gpu';
import { Layer } from './layer';
import { Paint, type Drawing } from './paint';
import { Cloud } from './points';
import { Positions } from './positions';

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

  /** @throws where the browser gives no WebGL 2 context. */
  constructor() {
    this.gpu = new Gpu(this.canvas);
    this.paint = new Paint(this.gpu);
    this.layer = new Layer(this.gpu);
    this.begin();
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
    paint.kept(layer, 1);
    cloud.free();
    point.buffer.free();
    gpu.gl.flush();
  }
}
