/**
 * KNN: press on a cell and drag the number of steps along the graph of neighbours. It takes the cells
 * that are reached; those hidden in the view are not gone through.
 */
import { neighboursOf, Walk, type Neighbours } from '../cells/graph';
import type { Graph } from '../data/graph';
import type { App } from '../state/app';
import { text } from '../text';
import { Taking } from './taking';
import type { Gesture, ScreenPoint, Tool } from './tool';

/** CSS pixels that are dragged for a step. */
const PIXELS = 30;

export const knn: Tool = {
  id: 'knn',
  label: text.tool.knn,
  key: 'k',
  hint: () => text.toolHint.knn,
  obstacle: app => {
    const graph = app.shown.graph.value.get('graph');
    if (app.dataset.report.nEdges === 0) {
      return text.noGraph;
    }
    if (graph?.state === 'failed') {
      return graph.message;
    }
    return app.points.value.state === 'ready' ? null : text.loadingPoints;
  },
  needs: { graph: true },
  begin: (context, viewId, at, operation) =>
    new KnnGesture(new Taking(context, 'knn', viewId, operation), at)
};

class KnnGesture implements Gesture {
  private readonly seed: number | null;
  private walk: Walk | null = null;
  private steps = 0;

  constructor(
    private readonly taking: Taking,
    private readonly from: ScreenPoint
  ) {
    this.seed = taking.cellAt(from);
    this.move(from);
  }

  move(point: ScreenPoint): void {
    const { taking, seed, from } = this;
    const neighbours = listsOf(taking.app);
    if (seed === null || neighbours === null) {
      taking.say(point, seed === null ? text.pressOnCell : text.loadingGraph);
      return;
    }
    this.walk ??= new Walk(neighbours, seed, taking.visible);
    this.steps = Math.floor(Math.hypot(point[0] - from[0], point[1] - from[1]) / PIXELS);
    taking.outline([from, point]);
    taking.say(
      point,
      text.stepsTake(this.steps, taking.preview(this.walk.within(this.steps)))
    );
  }

  end(point: ScreenPoint): void {
    this.move(point);
    const { taking, walk, steps, seed } = this;
    if (walk === null) {
      taking.clear();
      return;
    }
    taking.end(walk.within(steps), { seed, steps });
  }

  cancel(): void {
    this.taking.clear();
  }
}

const known = new WeakMap<Graph, Neighbours>();

/** The lists of neighbours, made of the graph once; null while it is loading. */
function listsOf(app: App): Neighbours | null {
  const graph = app.shown.graph.peek().get('graph');
  if (graph?.state !== 'ready') {
    return null;
  }
  let lists = known.get(graph.value);
  if (lists === undefined) {
    lists = neighboursOf(graph.value, app.dataset.nCells);
    known.set(graph.value, lists);
  }
  return lists;
}
