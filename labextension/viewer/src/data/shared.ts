/**
 * The manifests of a dataset that goes elsewhere: with the genes that go along and no others, and
 * with all files of values gzipped. What nobody here knows stays in them.
 */
import { object, own, type JsonObject } from '../base/check';
import type { Rows } from './manifests';
import { packedPath } from './stored';

interface Goes {
  /** How many genes go along, and how many the data have. */
  readonly nGenes: number;
  readonly nVars: number;
  readonly rows: Rows | null;
  /** What is to be said of it besides. */
  readonly notes: readonly string[];
}

/** What stands for the files in their present place, or is of files that do not go along. */
const STAYS = ['revision', 'state_snapshots', 'vector_fields'];

/** `dataset_identity.json` */
export function sharedIdentity(given: unknown, { nGenes, nVars, rows, notes }: Goes): JsonObject {
  const identity = object(given, 'dataset_identity');
  const embeddings = part(identity, 'embeddings');
  const files = Object.entries(part(embeddings, 'files'));
  const stats = part(identity, 'stats');
  const said = own(identity, 'notes');
  return {
    ...Object.fromEntries(Object.entries(identity).filter(([key]) => !STAYS.includes(key))),
    stats: { ...stats, n_genes: nGenes, n_vars: nVars },
    embeddings: {
      ...embeddings,
      files: Object.fromEntries(files.map(([key, path]) => [key, packedPath(String(path))]))
    },
    notes: [...(Array.isArray(said) ? (said as unknown[]) : []), ...notes],
    rows
  };
}

/** `obs_manifest.json` */
export function sharedObs(given: unknown): JsonObject {
  const manifest = object(given, 'obs_manifest');
  const schemas = part(manifest, '_obsSchemas');
  const categorical = packed(part(schemas, 'categorical'), ['codesPathPattern', 'outlierPathPattern']);
  return {
    ...manifest,
    _obsSchemas: {
      ...schemas,
      continuous: packed(part(schemas, 'continuous'), ['pathPattern']),
      // Such files are made when they are asked for, and no viewer of ours asks.
      categorical: { ...categorical, centroidsPathPattern: null }
    }
  };
}

/** `var_manifest.json` with some of its genes. */
export function sharedVar(given: unknown, genes: ReadonlySet<string>): JsonObject {
  const manifest = object(given, 'var_manifest');
  const fields = own(manifest, 'fields');
  const names = Object.entries(part(manifest, '_files'));
  return {
    ...manifest,
    _varSchema: packed(part(manifest, '_varSchema'), ['pathPattern']),
    fields: (Array.isArray(fields) ? (fields as unknown[]) : []).filter(
      field => Array.isArray(field) && genes.has(String(field[0]))
    ),
    _files: Object.fromEntries(names.filter(([gene]) => genes.has(gene)))
  };
}

/** `connectivity_manifest.json` */
export function sharedGraph(given: unknown): JsonObject {
  return packed(object(given, 'connectivity_manifest'), ['sourcesPath', 'destinationsPath']);
}

/** With paths of gzipped files. */
function packed(values: JsonObject, keys: readonly string[]): JsonObject {
  const paths = keys.flatMap(key => {
    const path = own(values, key);
    return typeof path === 'string' ? [[key, packedPath(path)] as const] : [];
  });
  return { ...values, ...Object.fromEntries(paths) };
}

function part(whole: JsonObject, key: string): JsonObject {
  return object(own(whole, key) ?? {}, key);
}
