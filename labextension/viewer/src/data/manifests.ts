/** The dataset's manifests, checked: what each column and gene is, and in which file it stands. */
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
import { MAX_CATEGORY, MAX_KEY, type Dimension } from './field';
import { cut, readReport, type Report } from './report';

export type CodesType = 'uint8' | 'uint16' | 'uint32';

export interface Quantized {
  readonly dtype: 'uint8' | 'uint16';
  readonly min: number;
  readonly max: number;
}

/** What a manifest says of one column or gene. */
export type Described =
  | { readonly kind: 'continuous'; readonly path: string; readonly quantized: Quantized | null }
  | {
      readonly kind: 'categorical';
      readonly path: string;
      readonly categories: readonly string[];
      readonly dtype: CodesType;
      readonly missing: number;
      readonly colors: readonly (string | null)[];
      /** Where its outliers are; null where there are none. */
      readonly outliers: { readonly path: string; readonly quantized: Quantized | null } | null;
    };

/** Who the rows are, by hash. */
export interface Rows {
  readonly count: number;
  readonly orderSha256: string;
  readonly setSha256: string;
  readonly unique: boolean;
}

/** What `dataset_identity.json` says. */
export interface Identity {
  readonly id: string;
  readonly name: string;
  readonly nCells: number;
  readonly nGenes: number;
  /** How many genes the data have, of which not all may be shown. */
  readonly nVars: number;
  readonly dimensions: readonly Dimension[];
  readonly defaultDimension: Dimension;
  readonly pointFiles: ReadonlyMap<Dimension, string>;
  /** What stands for the content of all files; null where a file may change by itself. */
  readonly revision: string | null;
  readonly rows: Rows | null;
  /** Where `rows` is, when it is too much to tell at once; null where nobody knows it. */
  readonly rowsFile: string | null;
  /** Whether it says with which session it opens. */
  readonly hasSnapshots: boolean;
  readonly report: Report;
  /** Obs columns in their order, with the colours the dataset has for their categories. */
  readonly columns: ReadonlyMap<string, readonly (string | null)[]>;
}

const MAX_CELLS = 2 ** 31;
const MAX_GENES = 1_000_000;
const MAX_NAME = 1000;
const MAX_COLOR = 32;
const MAX_REVISION = 200;

export function readIdentity(value: unknown): Identity {
  const identity = object(value, 'dataset_identity');
  const stats = object(own(identity, 'stats'), 'stats');
  const embeddings = object(own(identity, 'embeddings'), 'embeddings');
  const dimensions = list(
    own(embeddings, 'available_dimensions'),
    'embeddings.available_dimensions',
    (entry, path) => oneOf<Dimension>(entry, path, [1, 2, 3]),
    3
  );
  const [first] = dimensions;
  if (first === undefined) {
    throw new CheckError('embeddings.available_dimensions', 'at least one dimension');
  }
  const files = object(own(embeddings, 'files'), 'embeddings.files');
  const wanted = own(embeddings, 'default_dimension');
  const genes = (key: string): number | null =>
    optional(own(stats, key), `stats.${key}`, (v, p) => integer(v, p, 0, MAX_GENES));
  const id = text(own(identity, 'id'), 'id', MAX_NAME);
  return {
    id,
    name: cut(own(identity, 'name'), MAX_NAME) ?? id,
    nCells: integer(own(stats, 'n_cells'), 'stats.n_cells', 0, MAX_CELLS),
    nGenes: genes('n_genes') ?? 0,
    nVars: genes('n_vars') ?? genes('n_genes') ?? 0,
    dimensions,
    defaultDimension: dimensions.find(d => d === wanted) ?? first,
    pointFiles: new Map(
      dimensions.map(d => [d, text(own(files, `${d}d`), `embeddings.files.${d}d`)] as const)
    ),
    revision: optional(own(identity, 'revision'), 'revision', (v, p) => text(v, p, MAX_REVISION)),
    rows: optional(own(identity, 'rows'), 'rows', readRows),
    rowsFile: own(identity, 'rows') === null ? 'rows.json' : null,
    hasSnapshots: own(identity, 'state_snapshots') === true,
    report: readReport(identity, dimensions),
    columns: readColumns(own(identity, 'obs_fields') ?? [])
  };
}

/** What `rows.json` holds, and the identity where it is little. */
export function readRows(value: unknown, path: string): Rows {
  const rows = object(value, path);
  return {
    count: integer(own(rows, 'count'), `${path}.count`),
    orderSha256: text(own(rows, 'orderSha256'), `${path}.orderSha256`, 64),
    setSha256: text(own(rows, 'setSha256'), `${path}.setSha256`, 64),
    unique: own(rows, 'unique') === true
  };
}

function readColumns(value: unknown): Map<string, readonly (string | null)[]> {
  const fields = list(value, 'obs_fields', object, 100_000);
  return new Map(
    fields.map((field, i) => {
      const at = `obs_fields[${i}]`;
      const colors = optional(own(field, 'colors'), `${at}.colors`, (given, path) =>
        list(given, path, color =>
          typeof color === 'string' && color.length <= MAX_COLOR ? color : null
        )
      );
      return [text(own(field, 'key'), `${at}.key`, MAX_KEY), colors ?? []] as const;
    })
  );
}

/** `obs_manifest.json`: its columns, in the order of `identity` where that knows them. */
export function readObsManifest(
  value: unknown,
  columns: Identity['columns']
): ReadonlyMap<string, Described> {
  const manifest = object(value, 'obs_manifest');
  const schemas = object(own(manifest, '_obsSchemas') ?? {}, '_obsSchemas');
  const continuous = object(own(schemas, 'continuous') ?? {}, '_obsSchemas.continuous');
  const categorical = object(own(schemas, 'categorical') ?? {}, '_obsSchemas.categorical');
  const names = fileNames(manifest);
  const found = new Map<string, Described>();
  for (const entry of fieldList(manifest, '_continuousFields')) {
    const key = text(entry[0], '_continuousFields', MAX_KEY);
    found.set(key, values(key, names(key), entry, continuous, '_obsSchemas.continuous'));
  }
  for (const entry of fieldList(manifest, '_categoricalFields')) {
    const key = text(entry[0], '_categoricalFields', MAX_KEY);
    found.set(key, codes(key, names(key), entry, categorical, columns.get(key) ?? []));
  }
  const order = [...columns.keys()];
  const place = new Map(order.map((key, i) => [key, i]));
  const last = order.length;
  return new Map(
    [...found].sort(([a], [b]) => (place.get(a) ?? last) - (place.get(b) ?? last))
  );
}

/** `var_manifest.json`: its genes, in order. */
export function readVarManifest(value: unknown): ReadonlyMap<string, Described> {
  const manifest = object(value, 'var_manifest');
  const schema = object(own(manifest, '_varSchema'), '_varSchema');
  const names = fileNames(manifest);
  return new Map(
    fieldList(manifest, 'fields').map(entry => {
      const key = text(entry[0], 'fields', MAX_KEY);
      return [key, values(key, names(key), entry, schema, '_varSchema')];
    })
  );
}

function fieldList(manifest: JsonObject, key: string): readonly (readonly unknown[])[] {
  const entry = (value: unknown, path: string): readonly unknown[] =>
    list(value, path, item => item, 100);
  return list(own(manifest, key) ?? [], key, entry, MAX_GENES);
}

/** How a key stands in a file's name: made safe, or as `_files` says where two would be the same. */
function fileNames(manifest: JsonObject): (key: string) => string {
  const renamed = object(own(manifest, '_files') ?? {}, '_files');
  return key => optional(own(renamed, key), `_files.${key}`, (v, p) => text(v, p)) ?? safeName(key);
}

function values(
  key: string,
  file: string,
  entry: readonly unknown[],
  schema: JsonObject,
  path: string
): Described {
  const pattern = text(own(schema, 'pathPattern'), `${path}.pathPattern`);
  const ext = text(own(schema, 'ext'), `${path}.ext`, 16);
  const quantized = own(schema, 'quantized') === true;
  return {
    kind: 'continuous',
    path: fill(pattern, file, ext),
    quantized: quantized
      ? {
          dtype: oneOf<'uint8' | 'uint16'>(own(schema, 'dtype'), `${path}.dtype`, [
            'uint8',
            'uint16'
          ]),
          min: number(entry[1], `${key}.min`),
          max: number(entry[2], `${key}.max`)
        }
      : null
  };
}

function codes(
  key: string,
  file: string,
  entry: readonly unknown[],
  schema: JsonObject,
  colors: readonly (string | null)[]
): Described {
  const at = `obs_manifest.${key}`;
  const pattern = text(own(schema, 'codesPathPattern'), '_obsSchemas.categorical.codesPathPattern');
  const dtype = oneOf<CodesType>(entry[2], `${at}.codesDtype`, ['uint8', 'uint16', 'uint32']);
  return {
    kind: 'categorical',
    path: fill(pattern, file, { uint8: 'u8', uint16: 'u16', uint32: 'u32' }[dtype]),
    categories: list(entry[1], `${at}.categories`, (v, p) => text(v, p, MAX_CATEGORY)),
    dtype,
    missing: integer(entry[3], `${at}.missingCode`),
    colors,
    outliers: outliers(key, file, entry, schema)
  };
}

function outliers(
  key: string,
  file: string,
  entry: readonly unknown[],
  schema: JsonObject
): Extract<Described, { kind: 'categorical' }>['outliers'] {
  const at = (name: string): [unknown, string] => [
    own(schema, name),
    `_obsSchemas.categorical.${name}`
  ];
  const pattern = optional(...at('outlierPathPattern'), (v, p) => text(v, p));
  if (pattern === null) {
    return null;
  }
  const path = fill(pattern, file, text(...at('outlierExt'), 16));
  if (own(schema, 'outlierQuantized') !== true) {
    return { path, quantized: null };
  }
  return {
    path,
    quantized: {
      dtype: oneOf(...at('outlierDtype'), ['uint8', 'uint16'] as const),
      min: number(entry[5], `${key}.outlierMin`),
      max: number(entry[6], `${key}.outlierMax`)
    }
  };
}

function fill(pattern: string, file: string, ext: string): string {
  return pattern.replaceAll('{ext}', () => ext).replaceAll('{key}', () => file);
}

/** A key as it stands in a file's name. */
export function safeName(key: string): string {
  return key.replace(/[^A-Za-z0-9._-]+/g, '_').replace(/^[._]+|[._]+$/g, '') || 'field';
}
