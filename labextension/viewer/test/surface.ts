/** A small dataset and a drawing surface of a few lines, for tests of what a person does. */
import { Dataset, type Files } from '../src/data/dataset';
import { App } from '../src/state/app';
import type { Camera } from '../src/state/types';
import type { ScreenPoint, Stage } from '../src/tools/tool';

const CATEGORIES = ['B cell', 'T cell', 'NK'];

/** Cells at `points`, in 2D as given and in 3D at depth 0; the category is the row modulo three. */
export async function openApp(points: readonly ScreenPoint[]): Promise<App> {
  const n = points.length;
  const documents: Readonly<Record<string, unknown>> = {
    'dataset_identity.json': {
      version: 2,
      id: 'cells',
      name: 'Cells',
      stats: { n_cells: n, n_genes: 0 },
      embeddings: {
        available_dimensions: [2, 3],
        default_dimension: 2,
        files: { '2d': 'points_2d.bin', '3d': 'points_3d.bin' }
      },
      obs_fields: [{ key: 'kind', kind: 'category' }]
    },
    'obs_manifest.json': {
      _format: 'compact_v1',
      n_points: n,
      _obsSchemas: { categorical: { codesPathPattern: 'obs/{key}.codes.{ext}' } },
      _continuousFields: [],
      _categoricalFields: [['kind', CATEGORIES, 'uint8', 255, {}]]
    }
  };
  const binaries: Readonly<Record<string, Uint8Array | Float32Array>> = {
    'points_2d.bin': Float32Array.from(points.flat()),
    'points_3d.bin': Float32Array.from(points.flatMap(([x, y]) => [x, y, 0])),
    'obs/kind.codes.u8': Uint8Array.from(points, (_, row) => row % CATEGORIES.length)
  };
  const files: Files = {
    json: path => Promise.resolve(documents[path]),
    data: path => {
      const bytes = binaries[path];
      return bytes
        ? Promise.resolve(bytes.slice().buffer)
        : Promise.reject(new Error(`no file ${path}`));
    }
  };
  const app = new App(await Dataset.open(files));
  await settled(app);
  return app;
}

/** Resolves once the points and the column of the active view are there. */
export async function settled(app: App): Promise<void> {
  for (let turn = 0; turn < 1000; turn++) {
    const column = app.column.value?.state ?? 'ready';
    if (app.points.value.state === 'ready' && column === 'ready') {
      return;
    }
    await Promise.resolve();
  }
  throw new Error('The points or the column of the view did not come within 1000 turns.');
}

/** A surface on which a cell at (x, y) is drawn at the pixel (x, y). */
export class FlatStage implements Stage {
  outlined: readonly ScreenPoint[] | null = null;

  constructor(
    private readonly app: App,
    private readonly screen: readonly ScreenPoint[]
  ) {}

  size(): { width: number; height: number } {
    return { width: 100, height: 100 };
  }

  camera(): Camera {
    const orbit = this.app.activeView.value.dimension === 3;
    return {
      mode: orbit ? 'orbit' : 'planar',
      position: [0, 0, 5],
      target: [0, 0, 0],
      up: [0, 1, 0],
      zoom: 1
    };
  }

  project(): Float32Array {
    return Float32Array.from(this.screen.flat());
  }

  unproject(_viewId: string, [x, y]: ScreenPoint): readonly [number, number] | null {
    return this.app.activeView.value.dimension === 3 ? null : [x, y];
  }

  viewAt(point: ScreenPoint): { viewId: string; point: ScreenPoint } {
    return { viewId: this.app.activeView.value.id, point };
  }

  outline(_viewId: string, polygon: readonly ScreenPoint[] | null): void {
    this.outlined = polygon && [...polygon];
  }
}
