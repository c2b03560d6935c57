/**
 * Lasso: a polygon drawn on the screen takes the visible cells inside it. In 3D it takes them at
 * every depth; intersecting lassos from two angles gives a volume.
 */
import { insidePolygon } from '../cells/polygon';
import type { App } from '../state/app';
import { stepCandidate } from '../state/highlights';
import type { RecipeStep, SetOperation } from '../state/types';
import type { Gesture, ScreenPoint, Tool, ToolContext } from './tool';

/** CSS pixels between corners: finer than a hand draws, coarser than a mouse reports. */
const STEP = 2;

export const lasso: Tool = {
  id: 'lasso',
  label: 'Lasso',
  key: 'l',
  available: app => app.points.value.state === 'ready' && app.activeView.value.dimension > 1,
  begin: (context, viewId, at, operation) => new LassoGesture(context, viewId, at, operation)
};

class LassoGesture implements Gesture {
  private readonly corners: ScreenPoint[];

  constructor(
    private readonly context: ToolContext,
    private readonly viewId: string,
    at: ScreenPoint,
    private readonly operation: SetOperation
  ) {
    this.corners = [at];
  }

  move(point: ScreenPoint): void {
    const last = this.corners.at(-1) ?? point;
    if (Math.hypot(point[0] - last[0], point[1] - last[1]) >= STEP) {
      this.corners.push(point);
      this.context.stage.outline(this.viewId, this.corners);
    }
  }

  end(point: ScreenPoint): void {
    this.move(point);
    const { app, stage } = this.context;
    stage.outline(this.viewId, null);
    if (this.corners.length < 3) {
      return;
    }
    const cells = insidePolygon(stage.project(this.viewId), this.corners);
    stepCandidate(app, cells, this.told(app));
  }

  cancel(): void {
    this.context.stage.outline(this.viewId, null);
  }

  /** The gesture as it can be repeated: where it was among the cells, not where on this screen. */
  private told(app: App): RecipeStep {
    const { stage } = this.context;
    const view = app.activeView.value;
    const inEmbedding = this.corners.map(corner => stage.unproject(this.viewId, corner));
    const detail = inEmbedding.every(corner => corner !== null)
      ? { polygon: inEmbedding }
      : {
          polygon: this.corners,
          size: stage.size(this.viewId),
          camera: stage.camera(this.viewId)
        };
    return {
      tool: lasso.id,
      operation: this.operation,
      view: view.id,
      dimension: view.dimension,
      detail
    };
  }
}
