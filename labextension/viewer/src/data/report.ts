/**
 * What a dataset says of itself for people: where it is from, and what of it is not shown and why.
 * None of it is needed to show the cells, so what is too long is cut, and what is odd is left out.
 */
import { own, type JsonObject } from '../base/check';
import type { Dimension } from './field';

export interface LeftOut {
  /** `obs column`, `graph`, …. */
  readonly what: string;
  readonly key: string;
  readonly why: string;
}

export interface Report {
  /** What it is read from, such as `AnnData in memory`; null for a folder that does not say. */
  readonly kind: string | null;
  /** Where genes are read, such as `X` or `layer:counts`. */
  readonly expression: string | null;
  /** By what genes are called: `index`, or `column:` and the column of var. */
  readonly geneNames: string | null;
  readonly modality: string | null;
  /** The embedding of each dimension, where it has a name. */
  readonly embeddings: ReadonlyMap<Dimension, string>;
  /** How many edges the graph of neighbours has; null where they are not counted yet. */
  readonly nEdges: number | null;
  readonly leftOut: readonly LeftOut[];
  readonly notes: readonly string[];
}

const MAX_NAME = 1000;
const MAX_WORDS = 10_000;
const MAX_PARTS = 100_000;

/** Read it out of `dataset_identity.json`, where any part may be absent. */
export function readReport(identity: JsonObject, dimensions: readonly Dimension[]): Report {
  const source = part(identity, 'source');
  const keys = part(part(identity, 'embeddings'), 'keys');
  // Some name a column or a layer, which sessions tell whole.
  const name = (key: string): string | null => cut(own(source, key), MAX_WORDS);
  return {
    kind: name('kind'),
    expression: name('expression'),
    geneNames: name('gene_names'),
    modality: name('modality'),
    embeddings: new Map(
      dimensions.flatMap(dimension => {
        const found = cut(own(keys, `${dimension}d`), MAX_NAME);
        return found === null ? [] : [[dimension, found] as const];
      })
    ),
    nEdges: countEdges(part(identity, 'stats')),
    leftOut: those(own(identity, 'left_out'), readLeftOut),
    notes: those(own(identity, 'notes'), note => cut(note, MAX_WORDS))
  };
}

/** Text of at most so many characters, its end cut off where it has more; null for what is none. */
export function cut(value: unknown, limit: number): string | null {
  if (typeof value !== 'string') {
    return null;
  }
  // Half of a pair of surrogates is no character.
  const begin = value.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '');
  return value.length <= limit ? value : `${begin}…`;
}

function countEdges(stats: JsonObject): number | null {
  const count = own(stats, 'n_edges');
  if (own(stats, 'has_connectivity') !== true) {
    return 0;
  }
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : null;
}

function readLeftOut(value: unknown): LeftOut | null {
  const entry = objectOf(value);
  const what = cut(own(entry, 'what'), MAX_NAME);
  const key = cut(own(entry, 'key'), MAX_NAME);
  const why = cut(own(entry, 'why'), MAX_WORDS);
  return what === null || key === null || why === null ? null : { what, key, why };
}

function part(whole: JsonObject, key: string): JsonObject {
  return objectOf(own(whole, key));
}

function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {};
}

function those<T>(value: unknown, read: (entry: unknown) => T | null): T[] {
  const entries: readonly unknown[] = Array.isArray(value) ? value.slice(0, MAX_PARTS) : [];
  return entries.map(read).filter(entry => entry !== null);
}
