/** The dataset folder, read through one loader: manifests first, columns and genes when asked for. */

import {
  CheckError,
  integer,
  list,
  number,
  object,
  oneOf,
  optional,
  own,
  text,
  type JsonObject
} from '../base/check';
import type { Dimension, FieldRef } from '../state/types';

export interface CategoricalColumn {
  readonly kind: 'categorical';
  readonly ref: FieldRef;
  readonly categories: readonly string[];
  readonly codes: Uint8Array | Uint16Array | Uint32Array;
  /** The code of a missing value. */
  readonly missing: number;
  /** The dataset's own colours, where it has them. */
  readonly colors: readonly (string | null)[];
}

export interface ContinuousColumn {
  readonly kind: 'continuous';
  readonly ref: FieldRef;
  readonly values: Float32Array;
  readonly min: number;
  readonly max: number;
  /** How many values are missing (NaN). */
  readonly missing: number;
}

export type Column = CategoricalColumn | ContinuousColumn;

export interface FieldInfo {
  readonly ref: FieldRef;
  readonly kind: 'categorical' | 'continuous';
}

export interface Rows {
  readonly count: number;
  readonly orderSha256: string;
  readonly setSha256: string;
  readonly unique: boolean;
}

/** Where the files of a dataset come from. */
export interface Files {
  data(path: string, signal?: AbortSignal): Promise<ArrayBuffer>;
  json(path: string, signal?: AbortSignal): Promise<unknown>;
}

const MAX_CELLS = 2 ** 31;
const KEPT_COLUMNS = 40;

type Codes = 'uint8' | 'uint16' | 'uint32';
type Described =
  | { readonly kind: 'continuous'; readonly path: string; readonly quantized: Quantized | null }
  | {
      readonly kind: 'categorical';
      readonly path: string;
      readonly categories: readonly string[];
      readonly dtype: Codes;
      readonly missing: number;
      readonly colors: readonly (string | null)[];
    };
interface Quantized {
  readonly dtype: 'uint8' | 'uint16';
  readonly min: number;
  readonly max: number;
}

export class Dataset {
  readonly #points = new Map<Dimension, Promise<Float32Array>>();
  readonly #columns = new Map<string, Promise<Column>>();

  private constructor(
    private readonly files: Files,
    readonly identity: JsonObject,
    readonly id: string,
    readonly name: string,
    readonly nCells: number,
    readonly nGenes: number,
    readonly dimensions: readonly Dimension[],
    readonly defaultDimension: Dimension,
    private readonly pointFiles: ReadonlyMap<Dimension, string>,
    private readonly obs: ReadonlyMap<string, Described>,
    private readonly vars: ReadonlyMap<string, Described>,
    readonly rows: Rows | null
  ) {}

  /** Read the manifests. */
  static async open(files: Files): Promise<Dataset> {
    const identity = object(await files.json('dataset_identity.json'), 'dataset_identity');
    const stats = object(own(identity, 'stats'), 'stats');
    const nCells = integer(own(stats, 'n_cells'), 'stats.n_cells', 0, MAX_CELLS);
    const embeddings = object(own(identity, 'embeddings'), 'embeddings');
    const dimensions = list(
      own(embeddings, 'available_dimensions'),
      'embeddings.available_dimensions',
      (value, path) => oneOf<Dimension>(value, path, [1, 2, 3]),
      3
    );
    if (dimensions.length === 0) {
      throw new CheckError('embeddings.available_dimensions', 'at least one dimension');
    }
    const named = object(own(embeddings, 'files'), 'embeddings.files');
    const pointFiles = new Map(
      dimensions.map(d => [d, text(own(named, `${d}d`), `embeddings.files.${d}d`)] as const)
    );
    const wanted = own(embeddings, 'default_dimension');
    const colors = readColors(own(identity, 'obs_fields'));
    const obs = readObs(await files.json('obs_manifest.json'), colors);
    const nGenes = integer(own(stats, 'n_genes'), 'stats.n_genes');
    const vars = nGenes > 0 ? readVar(await files.json('var_manifest.json')) : new Map();
    return new Dataset(
      files,
      identity,
      text(own(identity, 'id'), 'id'),
      text(own(identity, 'name'), 'name'),
      nCells,
      nGenes,
      dimensions,
      dimensions.find(d => d === wanted) ?? dimensions[0]!,
      pointFiles,
      obs,
      vars,
      optional(own(identity, 'rows'), 'rows', readRows)
    );
  }

  /** The obs columns, in their order. */
  get obsFields(): readonly FieldInfo[] {
    return [...this.obs].map(([key, { kind }]) => ({ ref: { source: 'obs', key }, kind }));
  }

  /** The genes' names, in their order. */
  get genes(): readonly string[] {
    return [...this.vars.keys()];
  }

  has(ref: FieldRef): boolean {
    return (ref.source === 'obs' ? this.obs : this.vars).has(ref.key);
  }

  /** Coordinates, cells × dimension; fetched once. */
  points(dimension: Dimension): Promise<Float32Array> {
    const path = this.pointFiles.get(dimension);
    if (path === undefined) {
      return Promise.reject(new Error(`This dataset has no ${dimension}D embedding.`));
    }
    return remember(this.#points, dimension, 3, async () => {
      const bytes = await this.files.data(path);
      return new Float32Array(sized(bytes, this.nCells * dimension * 4, path));
    });
  }

  /** A column; the last ones are kept. */
  column(ref: FieldRef): Promise<Column> {
    const described = (ref.source === 'obs' ? this.obs : this.vars).get(ref.key);
    if (described === undefined) {
      const what = ref.source === 'obs' ? 'obs column' : 'gene';
      return Promise.reject(new Error(`This dataset has no ${what} “${ref.key}”.`));
    }
    return remember(this.#columns, `${ref.source}:${ref.key}`, KEPT_COLUMNS, () =>
      this.#load(ref, described)
    );
  }

  /** The cells' names: UTF-8, each ended by a line feed. */
  names(): Promise<ArrayBuffer> {
    return this.files.data('obs_names.txt');
  }

  async #load(ref: FieldRef, described: Described): Promise<Column> {
    const bytes = await this.files.data(described.path);
    if (described.kind === 'categorical') {
      const codes = codesOf(bytes, described.dtype, this.nCells, described.path);
      const { categories, missing, colors } = described;
      return { kind: 'categorical', ref, categories, codes, missing, colors };
    }
    const values = valuesOf(bytes, described.quantized, this.nCells, described.path);
    let min = Infinity;
    let max = -Infinity;
    let missing = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (Number.isNaN(value)) {
        missing++;
      } else if (Number.isFinite(value)) {
        min = value < min ? value : min;
        max = value > max ? value : max;
      }
    }
    if (min > max) {
      min = max = 0;
    }
    return { kind: 'continuous', ref, values, min, max, missing };
  }
}

function remember<K, T>(
  cache: Map<K, Promise<T>>,
  key: K,
  limit: number,
  load: () => Promise<T>
): Promise<T> {
  const kept = cache.get(key);
  if (kept !== undefined) {
    cache.delete(key);
    cache.set(key, kept);
    return kept;
  }
  const loading = load();
  cache.set(key, loading);
  // What failed is asked for again the next time.
  loading.catch(() => cache.get(key) === loading && cache.delete(key));
  if (cache.size > limit) {
    cache.delete(cache.keys().next().value!);
  }
  return loading;
}

function sized(bytes: ArrayBuffer, size: number, path: string): ArrayBuffer {
  if (bytes.byteLength !== size) {
    throw new CheckError(path, `${size} bytes, not ${bytes.byteLength}`);
  }
  return bytes;
}

function codesOf(
  bytes: ArrayBuffer,
  dtype: Codes,
  n: number,
  path: string
): Uint8Array | Uint16Array | Uint32Array {
  switch (dtype) {
    case 'uint8':
      return new Uint8Array(sized(bytes, n, path));
    case 'uint16':
      return new Uint16Array(sized(bytes, n * 2, path));
    case 'uint32':
      return new Uint32Array(sized(bytes, n * 4, path));
  }
}

function valuesOf(
  bytes: ArrayBuffer,
  quantized: Quantized | null,
  n: number,
  path: string
): Float32Array {
  if (quantized === null) {
    return new Float32Array(sized(bytes, n * 4, path));
  }
  const codes = codesOf(bytes, quantized.dtype, n, path);
  const top = quantized.dtype === 'uint8' ? 255 : 65535;
  const step = (quantized.max - quantized.min) / (top - 1);
  return Float32Array.from(codes, code => (code === top ? NaN : quantized.min + code * step));
}

function readRows(value: unknown, path: string): Rows {
  const rows = object(value, path);
  return {
    count: integer(own(rows, 'count'), `${path}.count`),
    orderSha256: text(own(rows, 'orderSha256'), `${path}.orderSha256`, 64),
    setSha256: text(own(rows, 'setSha256'), `${path}.setSha256`, 64),
    unique: own(rows, 'unique') === true
  };
}

type Colors = ReadonlyMap<string, readonly (string | null)[]>;

function readColors(value: unknown): Colors {
  const fields = list(value, 'obs_fields', object);
  const colors = fields.map((field, i): [string, (string | null)[]] => [
    text(own(field, 'key'), `obs_fields[${i}].key`),
    optional(own(field, 'colors'), `obs_fields[${i}].colors`, (given, path) =>
      list(given, path, (color, at) => optional(color, at, (c, p) => text(c, p, 32)))
    ) ?? []
  ]);
  return new Map(colors);
}

function pathOf(pattern: string, key: string, ext: string): string {
  return pattern.replaceAll('{ext}', ext).replaceAll('{key}', safeName(key));
}

/** A key as it stands in a file's name. */
export function safeName(key: string): string {
  return key.replace(/[^A-Za-z0-9._-]+/g, '_').replace(/^[._]+|[._]+$/g, '') || 'field';
}

function readObs(value: unknown, colors: Colors): Map<string, Described> {
  const manifest = object(value, 'obs_manifest');
  const schemas = object(own(manifest, '_obsSchemas') ?? {}, '_obsSchemas');
  const found = new Map<string, Described>();
  const continuous = optional(own(schemas, 'continuous'), 'continuous', object) ?? {};
  const categorical = optional(own(schemas, 'categorical'), 'categorical', object) ?? {};
  for (const entry of list(own(manifest, '_continuousFields') ?? [], '_continuousFields', array)) {
    const key = text(entry[0], '_continuousFields');
    found.set(key, describeValues(key, entry, continuous, 'continuous'));
  }
  for (const entry of list(own(manifest, '_categoricalFields') ?? [], '_categoricalFields', array)) {
    const key = text(entry[0], '_categoricalFields');
    const at = `obs_manifest.${key}`;
    const categories = list(entry[1], `${at}.categories`, (v, p) => text(v, p, 10_000));
    const dtype = oneOf<Codes>(entry[2], `${at}.codesDtype`, ['uint8', 'uint16', 'uint32']);
    const pattern = text(own(categorical, 'codesPathPattern'), 'codesPathPattern');
    const ext = { uint8: 'u8', uint16: 'u16', uint32: 'u32' }[dtype];
    found.set(key, {
      kind: 'categorical',
      path: pathOf(pattern, key, ext),
      categories,
      dtype,
      missing: integer(entry[3], `${at}.missingCode`),
      colors: colors.get(key) ?? []
    });
  }
  return found;
}

function readVar(value: unknown): Map<string, Described> {
  const manifest = object(value, 'var_manifest');
  const schema = object(own(manifest, '_varSchema'), '_varSchema');
  const fields = list(own(manifest, 'fields'), 'fields', array);
  return new Map(
    fields.map(entry => {
      const key = text(entry[0], 'fields');
      return [key, describeValues(key, entry, schema, '_varSchema')];
    })
  );
}

function describeValues(
  key: string,
  entry: readonly unknown[],
  schema: JsonObject,
  path: string
): Described {
  const pattern = text(own(schema, 'pathPattern'), `${path}.pathPattern`);
  const ext = text(own(schema, 'ext'), `${path}.ext`, 10);
  const quantized =
    own(schema, 'quantized') === true
      ? {
          dtype: oneOf<'uint8' | 'uint16'>(own(schema, 'dtype'), `${path}.dtype`, [
            'uint8',
            'uint16'
          ]),
          min: number(entry[1], `${key}.min`),
          max: number(entry[2], `${key}.max`)
        }
      : null;
  return { kind: 'continuous', path: pathOf(pattern, key, ext), quantized };
}

function array(value: unknown, path: string): readonly unknown[] {
  return list(value, path, entry => entry, 100_000);
}
