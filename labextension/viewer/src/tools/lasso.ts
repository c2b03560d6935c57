/**
 * Lasso: a polygon drawn on the screen takes the visible cells inside it. In 3D it takes them at
 * every depth; intersecting lassos from two angles gives a volume.
 */
import { cellsOfMask } from '../cells/cellset';
import { flipTriangle, insidePolygon } from '../cells/polygon';
import { Tiles } from '../cells/tiles';
import { text } from '../text';
import { Taking } from './taking';
import type { Gesture, ScreenPoint, Tool } from './tool';

/** CSS pixels between corners: finer than a hand draws, coarser than a mouse reports. */
const STEP = 2;

export const lasso: Tool = {
  id: 'lasso',
  label: text.tool.lasso,
  key: 'l',
  hint: () => text.toolHint.lasso,
  obstacle: app =>
    app.activeView.value.dimension === 1
      ? text.lassoNeedsPlane
      : app.points.value.state === 'ready'
        ? null
        : text.loadingPoints,
  begin: (context, viewId, at, operation) =>
    new LassoGesture(new Taking(context, 'lasso', viewId, operation), at)
};

class LassoGesture implements Gesture {
  private readonly corners: ScreenPoint[];
  /** Where the cells are. */
  private readonly tiles: Tiles;
  /** 1 for each cell inside, as of the last corner. */
  private readonly inside: Uint8Array;

  constructor(
    private readonly taking: Taking,
    at: ScreenPoint
  ) {
    this.corners = [at];
    const { width, height } = taking.stage.size(taking.viewId);
    const places = this.places();
    this.tiles = new Tiles(places, width, height);
    this.inside = new Uint8Array(places.length / 2);
  }

  move(point: ScreenPoint): void {
    const last = this.corners.at(-1) ?? point;
    if (Math.hypot(point[0] - last[0], point[1] - last[1]) < STEP) {
      return;
    }
    this.corners.push(point);
    const { taking, corners } = this;
    taking.outline(corners);
    if (corners.length >= 3) {
      flipTriangle(this.inside, this.tiles, [corners[0]!, last, point]);
      const after = taking.preview(cellsOfMask(this.inside, taking.visible));
      taking.say(point, text.selected(after));
    }
  }

  end(point: ScreenPoint): void {
    this.move(point);
    const { taking, corners } = this;
    if (corners.length < 3) {
      taking.clear();
      return;
    }
    taking.end(insidePolygon(this.places(), corners), this.told());
  }

  cancel(): void {
    this.taking.clear();
  }

  private places(): Float32Array {
    return this.taking.stage.project(this.taking.viewId);
  }

  /** The gesture as it can be repeated: where it was among the cells, not where on this screen. */
  private told(): Readonly<Record<string, unknown>> {
    const { corners } = this;
    const { stage, viewId } = this.taking;
    const inEmbedding = corners.map(corner => stage.unproject(viewId, corner));
    return inEmbedding.every(corner => corner !== null)
      ? { polygon: inEmbedding }
      : { polygon: corners, size: stage.size(viewId), camera: stage.camera(viewId) };
  }
}
