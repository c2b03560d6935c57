/** Cells at random places of every dimension, and a stage with the real cameras, for tests of the tools. */
import { boundsOf, framed, projectAll, unprojectPlanar } from '../../src/render/camera';
import { Dataset } from '../../src/data/dataset';
import { App } from '../../src/state/app';
import type { Camera, SetOperation } from '../../src/state/types';
import type { Gesture, ScreenPoint, Stage, Tool } from '../../src/tools/tool';
import { filesOf, loaded, tables } from '../fixture';

export const N = 200;
export const SIZE = { width: 640, height: 480 };

/** Numbers from −1 to 1 that are the same in every run. */
export function numbers(n: number): number[] {
  let state = 7;
  return Array.from({ length: n }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 30 - 1;
  });
}

export const POINTS = Float32Array.from(numbers(N * 3));
/** Each cell is joined to the next but one, and to one far away. */
export const EDGES: readonly (readonly [number, number])[] = Array.from({ length: N - 2 }, (_, i) =>
  i % 10 === 0 ? ([i, (i * 37 + 5) % N] as const) : ([i, i + 2] as const)
);

export async function openScene(): Promise<App> {
  const given = tables(N);
  const identity = given.documents['dataset_identity.json'] as { embeddings: object; stats: object };
  identity.stats = { ...identity.stats, has_connectivity: true, n_edges: EDGES.length };
  identity.embeddings = {
    available_dimensions: [1, 2, 3],
    default_dimension: 2,
    files: { '1d': 'points_1d.bin', '2d': 'points_2d.bin', '3d': 'points_3d.bin' }
  };
  given.binaries['points_1d.bin'] = POINTS.slice(0, N);
  given.binaries['points_2d.bin'] = POINTS.slice(0, 2 * N);
  given.binaries['points_3d.bin'] = POINTS;
  given.documents['connectivity_manifest.json'] = {
    n_edges: EDGES.length,
    index_dtype: 'uint16',
    sourcesPath: 'src.bin',
    destinationsPath: 'dst.bin'
  };
  const ordered = EDGES.map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
  given.binaries['src.bin'] = Uint16Array.from(ordered, ([a]) => a);
  given.binaries['dst.bin'] = Uint16Array.from(ordered, ([, b]) => b);
  const app = new App(await Dataset.open(filesOf(given)));
  await loaded(app);
  return app;
}

export class Scene implements Stage {
  outlined: readonly ScreenPoint[] | null = null;

  constructor(private readonly app: App) {}

  size(): typeof SIZE {
    return SIZE;
  }

  camera(): Camera {
    const { dimension } = this.app.activeView.value;
    return framed(boundsOf(this.points(), dimension), dimension, SIZE);
  }

  project(): Float32Array {
    return projectAll(this.points(), this.app.activeView.value.dimension, this.camera(), SIZE);
  }

  unproject(_viewId: string, [x, y]: ScreenPoint): readonly [number, number] | null {
    return unprojectPlanar(this.camera(), SIZE, x, y);
  }

  viewAt(point: ScreenPoint): { viewId: string; point: ScreenPoint } {
    return { viewId: this.app.activeView.value.id, point };
  }

  outline(_viewId: string, polygon: readonly ScreenPoint[] | null): void {
    this.outlined = polygon && [...polygon];
  }

  /** The pixel at which a cell is. */
  at(cell: number): ScreenPoint {
    const places = this.project();
    return [places[2 * cell]!, places[2 * cell + 1]!];
  }

  points(): Float32Array {
    const points = this.app.points.value;
    if (points.state !== 'ready') {
      throw new Error('The cells are not there yet.');
    }
    return points.value;
  }

  begin(tool: Tool, at: ScreenPoint, operation: SetOperation = 'replace'): Gesture {
    return tool.begin!({ app: this.app, stage: this }, this.app.activeView.value.id, at, operation);
  }

  /** Press at one place and release at another. */
  drag(tool: Tool, from: ScreenPoint, to: ScreenPoint, operation: SetOperation = 'replace'): void {
    const gesture = this.begin(tool, from, operation);
    gesture.move(to);
    gesture.end(to);
  }
}
