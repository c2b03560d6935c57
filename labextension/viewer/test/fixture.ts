/** A dataset in memory with a column of each kind, and an app on it. */
import { Dataset, type Files } from '../src/data/dataset';
import { FetchError } from '../src/data/fetch';
import { App } from '../src/state/app';

export const KINDS = ['B cell', 'T cell', 'NK'];

export interface Tables {
  readonly documents: Record<string, unknown>;
  readonly binaries: Record<string, Uint8Array | Uint16Array | Float32Array>;
}

/** `n` cells on a line; `kind` is the row modulo four, the last missing; `score` is NaN in row 0. */
export function tables(n: number): Tables {
  const schema = { ext: 'f32', dtype: 'float32', quantized: false };
  return {
    documents: {
      'dataset_identity.json': {
        id: 'cells-1',
        name: 'Cells',
        stats: { n_cells: n, n_genes: 2 },
        embeddings: {
          available_dimensions: [2, 3],
          default_dimension: 2,
          files: { '2d': 'points_2d.bin', '3d': 'points_3d.bin' }
        },
        obs_fields: [
          { key: 'kind', kind: 'category', colors: ['#ff0000', null, '#0000ff'] },
          { key: 'score', kind: 'continuous' }
        ],
        rows: { count: n, orderSha256: 'a'.repeat(64), setSha256: 'b'.repeat(64), unique: true }
      },
      'obs_manifest.json': {
        _obsSchemas: {
          categorical: { codesPathPattern: 'obs/{key}.codes.{ext}' },
          continuous: { pathPattern: 'obs/{key}.values.{ext}', ...schema }
        },
        _continuousFields: [['score']],
        _categoricalFields: [['kind', KINDS, 'uint8', 255, {}]]
      },
      'var_manifest.json': {
        _varSchema: { pathPattern: 'var/{key}.values.f32', ...schema },
        fields: [['CD3E'], ['HLA-A/B']]
      }
    },
    binaries: {
      'points_2d.bin': Float32Array.from({ length: n * 2 }, (_, i) => (i % 2 ? 0 : i / n - 1)),
      'points_3d.bin': new Float32Array(n * 3),
      'obs/kind.codes.u8': Uint8Array.from({ length: n }, (_, i) => (i % 4 === 3 ? 255 : i % 4)),
      'obs/score.values.f32': Float32Array.from({ length: n }, (_, i) => (i === 0 ? NaN : i)),
      'var/CD3E.values.f32': Float32Array.from({ length: n }, (_, i) => i % 3),
      'var/HLA-A_B.values.f32': new Float32Array(n),
      'obs_names.txt': new TextEncoder().encode(
        Array.from({ length: n }, (_, i) => `cell-${i}\n`).join('')
      )
    }
  };
}

export function filesOf({ documents, binaries }: Tables): Files {
  return {
    json: path =>
      path in documents
        ? Promise.resolve(structuredClone(documents[path]))
        : Promise.reject(new FetchError(`no file ${path}`, 404, 'no-such-file')),
    data: path => {
      const bytes = binaries[path];
      return bytes
        ? Promise.resolve(bytes.slice().buffer)
        : Promise.reject(new FetchError(`no file ${path}`, 404, 'no-such-file'));
    }
  };
}

/** A source that may become another one: of another revision than its own it gives no file. */
export class Changing implements Files {
  /** What was asked for: the path, and the revision. */
  readonly asked: [string, string | null][] = [];
  /** Called before each answer; what it returns is waited for. */
  before: (path: string) => void | Promise<void> = () => undefined;

  constructor(
    public tables: Tables,
    public revision: string | null = 'one'
  ) {}

  /** Be another revision from now on, edited. */
  become(revision: string | null, edit: (given: Tables) => void = () => undefined): void {
    const { documents, binaries } = this.tables;
    this.tables = { documents: structuredClone(documents), binaries: { ...binaries } };
    this.revision = revision;
    edit(this.tables);
  }

  /** How often a file was asked for. */
  count(path: string): number {
    return this.asked.filter(([asked]) => asked === path).length;
  }

  data(path: string, revision: string | null): Promise<ArrayBuffer> {
    return this.#answer(path, revision, files => files.data(path, revision));
  }

  async json(path: string, revision: string | null): Promise<unknown> {
    return this.#answer(path, revision, async files => {
      const value = await files.json(path, revision);
      return path === 'dataset_identity.json' ? { ...(value as object), revision: this.revision } : value;
    });
  }

  async #answer<T>(
    path: string,
    revision: string | null,
    read: (files: Files) => Promise<T>
  ): Promise<T> {
    this.asked.push([path, revision]);
    await this.before(path);
    if (revision !== null && revision !== this.revision) {
      throw new FetchError('The dataset was refreshed.', 409, 'dataset-changed');
    }
    return read(filesOf(this.tables));
  }
}

export async function openFixture(n = 20): Promise<App> {
  const app = new App(await Dataset.open(filesOf(tables(n))));
  await loaded(app);
  return app;
}

/** Waits until all that the active view needs is there, or failed. */
export async function loaded(app: App): Promise<void> {
  const pending = (): boolean =>
    app.points.value.state === 'loading' ||
    [...app.shown.columns.value.values()].some(column => column.state === 'loading');
  for (let turn = 0; pending(); turn++) {
    if (turn > 1000) {
      throw new Error('the view was not loaded');
    }
    await new Promise(resolve => setImmediate(resolve));
  }
}
