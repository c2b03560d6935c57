/** The dataset folder, read through one loader: manifests first, columns and genes when asked for. */
import { gunzip } from '../base/gzip';
import {
  readCodes,
  readFloats,
  readQuantized,
  readRowNumbers,
  summarize,
  type Codes
} from './arrays';
import { text } from '../text';
import { FetchError } from './fetch';
import type { Dimension, FieldRef } from './field';
import { readGraphManifest, type Graph } from './graph';
import {
  readIdentity,
  readObsManifest,
  readRows,
  readVarManifest,
  type Described,
  type Identity,
  type Quantized,
  type Rows
} from './manifests';
import type { Reading } from './reading';
import type { Report } from './report';
import { storedFiles, type StoredFile } from './stored';

export interface CategoricalColumn {
  readonly kind: 'categorical';
  readonly ref: FieldRef;
  readonly categories: readonly string[];
  /** What each category is called now; what refers to one uses its own name. */
  readonly labels: readonly string[];
  /** One a cell; a code that is no category's index is a missing value. */
  readonly codes: Codes;
  readonly missing: number;
  /** The colour of each category, where it has one of its own. */
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
  /** How many categories, of a categorical one. */
  readonly categories?: number;
}

/** Where the files of a dataset come from; of another revision than asked for they are refused. */
export interface Files {
  data(path: string, revision: string | null, reading?: Reading): Promise<ArrayBuffer>;
  json(path: string, revision: string | null): Promise<unknown>;
}

/** Whether a read was refused since the dataset is another one by now. */
export function hasChanged(error: unknown): boolean {
  return error instanceof FetchError && error.code === 'dataset-changed';
}

/** Columns that are kept loaded: as many as fit, but some in any case. */
const KEPT_BYTES = 256 * 2 ** 20;
const KEPT_LEAST = 4;
const KEPT_MOST = 64;

export class Dataset {
  readonly #points = new Map<Dimension, Promise<Float32Array>>();
  readonly #columns = new Map<string, Promise<Column>>();
  readonly #names = new Map<'names', Promise<ArrayBuffer>>();
  readonly #rows = new Map<'rows', Promise<Rows | null>>();
  readonly #graph = new Map<'graph', Promise<Graph>>();
  readonly #outliers = new Map<string, Promise<Float32Array>>();
  readonly #kept: number;

  private constructor(
    private readonly files: Files,
    private readonly identity: Identity,
    private readonly obs: ReadonlyMap<string, Described>,
    private readonly vars: ReadonlyMap<string, Described>
  ) {
    const fit = Math.floor(KEPT_BYTES / Math.max(1, identity.nCells * 4));
    this.#kept = Math.min(KEPT_MOST, Math.max(KEPT_LEAST, fit));
  }

  /** Read the manifests. */
  static async open(files: Files): Promise<Dataset> {
    try {
      return await Dataset.#read(files);
    } catch (error) {
      if (!hasChanged(error)) {
        throw error;
      }
      // Between one manifest and the next.
      return Dataset.#read(files);
    }
  }

  static async #read(files: Files): Promise<Dataset> {
    const identity = readIdentity(await files.json('dataset_identity.json', null));
    const manifest = (path: string): Promise<unknown> => files.json(path, identity.revision);
    const [obs, vars] = await Promise.all([
      manifest('obs_manifest.json').then(value => readObsManifest(value, identity.columns)),
      identity.nGenes > 0
        ? manifest('var_manifest.json').then(readVarManifest)
        : new Map<string, Described>()
    ]);
    return new Dataset(files, identity, obs, vars);
  }

  /** Read the manifests again: what is there now, beside this one. */
  reopened(): Promise<Dataset> {
    return Dataset.open(this.files);
  }

  get id(): string {
    return this.identity.id;
  }

  get name(): string {
    return this.identity.name;
  }

  get nCells(): number {
    return this.identity.nCells;
  }

  get nGenes(): number {
    return this.identity.nGenes;
  }

  /** How many genes the data have, of which not all may be shown. */
  get nVars(): number {
    return this.identity.nVars;
  }

  get dimensions(): readonly Dimension[] {
    return this.identity.dimensions;
  }

  get defaultDimension(): Dimension {
    return this.identity.defaultDimension;
  }

  /** How many columns stay loaded. */
  get keeps(): number {
    return this.#kept;
  }

  get revision(): string | null {
    return this.identity.revision;
  }

  get report(): Report {
    return this.identity.report;
  }

  /** Whether a `state-snapshots.json` says with which session it opens. */
  get hasSnapshots(): boolean {
    return this.identity.hasSnapshots;
  }

  /** The obs columns, in their order. */
  get obsFields(): readonly FieldInfo[] {
    return [...this.obs].map(([key, described]) => ({
      ref: { source: 'obs', key },
      kind: described.kind,
      ...(described.kind === 'categorical' ? { categories: described.categories.length } : {})
    }));
  }

  /** The genes' names, in their order. */
  get genes(): readonly string[] {
    return [...this.vars.keys()];
  }

  has(ref: FieldRef): boolean {
    return this.kindOf(ref) !== null;
  }

  /** What a field is; null where there is none of this name. */
  kindOf(ref: FieldRef): Column['kind'] | null {
    return this.#described(ref)?.kind ?? null;
  }

  /** The categories of a column, in the order of their codes; none where it is not of categories. */
  categories(ref: FieldRef): readonly string[] {
    const described = this.#described(ref);
    return described?.kind === 'categorical' ? described.categories : [];
  }

  /** Who the rows are, fetched once where the identity does not say; null where nobody knows. */
  rows(): Promise<Rows | null> {
    const { rows, rowsFile, revision } = this.identity;
    return rowsFile === null
      ? Promise.resolve(rows)
      : remember(this.#rows, 'rows', 1, () =>
          this.files.json(rowsFile, revision).then(value => readRows(value, rowsFile), orNull)
        );
  }

  /**
   * Coordinates, cells × dimension; fetched once.
   *
   * @param reading - here and below: follows it, if nobody else’s read is under way already
   */
  points(dimension: Dimension, reading?: Reading): Promise<Float32Array> {
    const path = this.identity.pointFiles.get(dimension);
    if (path === undefined) {
      return Promise.reject(new Error(text.noSuchDimension(dimension)));
    }
    return remember(this.#points, dimension, 3, async () => {
      const values = this.nCells * dimension;
      return readFloats(await this.#bytes(path, values * 4, reading), values, path);
    });
  }

  /** A column or gene; the last ones are kept. */
  column(ref: FieldRef, reading?: Reading): Promise<Column> {
    const described = this.#described(ref);
    if (described === undefined) {
      const words = ref.source === 'obs' ? text.noSuchColumn : text.noSuchGene;
      return Promise.reject(new Error(words(ref.key)));
    }
    return remember(this.#columns, `${ref.source}:${ref.key}`, this.#kept, () =>
      this.#load(ref, described, reading)
    );
  }

  /** Whether the cells of a column of categories have outliers told. */
  hasOutliers(ref: FieldRef): boolean {
    const described = this.#described(ref);
    return described?.kind === 'categorical' && described.outliers !== null;
  }

  /**
   * Of each cell the share of its category's cells that are no farther from their middle: above 0
   * and at most 1, NaN where there is none.
   */
  outliers(ref: FieldRef, reading?: Reading): Promise<Float32Array> {
    const described = this.#described(ref);
    if (described?.kind !== 'categorical' || described.outliers === null) {
      return Promise.reject(new Error(text.noSuchOutliers(ref.key)));
    }
    const { path, quantized } = described.outliers;
    return remember(this.#outliers, ref.key, this.#kept, () =>
      this.#values(path, quantized, reading)
    );
  }

  /** The graph of neighbours; fetched once. */
  graph(reading?: Reading): Promise<Graph> {
    return remember(this.#graph, 'graph', 1, async () => {
      const { files, revision } = this;
      const path = 'connectivity_manifest.json';
      const { nEdges, dtype, ...paths } = readGraphManifest(await files.json(path, revision));
      const width = dtype === 'uint16' ? 2 : 4;
      const [sources, targets] = await Promise.all(
        [paths.sources, paths.targets].map(async path =>
          readRowNumbers(await this.#bytes(path, nEdges * width, reading), dtype, this.nCells, nEdges, path)
        )
      );
      return { nEdges, sources: sources!, targets: targets! };
    });
  }

  /** The cells' names: UTF-8, each ended by a line feed. */
  names(): Promise<ArrayBuffer> {
    return remember(this.#names, 'names', 1, () =>
      this.files.data('obs_names.txt', this.revision)
    );
  }

  /** Any file of its folder, as it is stored. */
  file(path: string, reading?: Reading): Promise<ArrayBuffer> {
    return this.files.data(path, this.revision, reading);
  }

  /** The files that hold its embeddings. */
  get pointFiles(): readonly StoredFile[] {
    return [...this.identity.pointFiles].map(([dimension, path]) => ({
      path,
      size: this.nCells * dimension * 4
    }));
  }

  /** The files that hold a column or gene. */
  filesOf(ref: FieldRef): readonly StoredFile[] {
    const described = this.#described(ref);
    return described === undefined ? [] : storedFiles(described, this.nCells);
  }

  #described(ref: FieldRef): Described | undefined {
    const { source, key } = ref;
    return { obs: this.obs, var: this.vars, user: undefined }[source]?.get(key);
  }

  async #load(
    ref: FieldRef,
    described: Described,
    reading: Reading | undefined
  ): Promise<Column> {
    const { path } = described;
    const n = this.nCells;
    if (described.kind === 'categorical') {
      const { categories, missing, colors, dtype } = described;
      const width = { uint8: 1, uint16: 2, uint32: 4 }[dtype];
      const codes = readCodes(await this.#bytes(path, n * width, reading), dtype, n, path);
      return { kind: 'categorical', ref, categories, labels: categories, codes, missing, colors };
    }
    const values = await this.#values(path, described.quantized, reading);
    return { kind: 'continuous', ref, values, ...summarize(values) };
  }

  async #values(
    path: string,
    quantized: Quantized | null,
    reading: Reading | undefined
  ): Promise<Float32Array> {
    const n = this.nCells;
    const width = quantized === null ? 4 : { uint8: 1, uint16: 2 }[quantized.dtype];
    const bytes = await this.#bytes(path, n * width, reading);
    return quantized === null ? readFloats(bytes, n, path) : readQuantized(bytes, quantized, n, path);
  }

  async #bytes(path: string, size: number, reading: Reading | undefined): Promise<ArrayBuffer> {
    // How long a packed file is nobody tells.
    reading?.expect(path.endsWith('.gz') ? 0 : size);
    const stored = await this.files.data(path, this.revision, reading);
    return path.endsWith('.gz') && stored.byteLength !== size
      ? (await gunzip(stored, size, path)).buffer
      : stored;
  }
}

/** A file that a dataset need not have. */
function orNull(error: unknown): null {
  if (error instanceof FetchError && error.status === 404) {
    return null;
  }
  throw error;
}

/** The value kept under a key, or else loaded; the one longest unused goes when there are too many. */
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
  for (const oldest of cache.keys()) {
    if (cache.size <= limit) {
      break;
    }
    cache.delete(oldest);
  }
  return loading;
}
