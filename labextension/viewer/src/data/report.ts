/** What a dataset says of itself for people: where it is from, and what of it is not shown and why. */
import { integer, list, object, optional, own, text, type JsonObject } from '../base/check';
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
  const source = object(own(identity, 'source') ?? {}, 'source');
  const keys = object(
    own(object(own(identity, 'embeddings'), 'embeddings'), 'keys') ?? {},
    'embeddings.keys'
  );
  const name = (key: string): string | null => optional(own(source, key), `source.${key}`, short);
  const stats = object(own(identity, 'stats'), 'stats');
  return {
    kind: name('kind'),
    expression: name('expression'),
    geneNames: name('gene_names'),
    modality: name('modality'),
    embeddings: new Map(
      dimensions.flatMap(dimension => {
        const key = `${dimension}d`;
        const found = optional(own(keys, key), `embeddings.keys.${key}`, short);
        return found === null ? [] : [[dimension, found] as const];
      })
    ),
    nEdges:
      own(stats, 'has_connectivity') === true
        ? optional(own(stats, 'n_edges'), 'stats.n_edges', (v, p) => integer(v, p))
        : 0,
    leftOut: list(own(identity, 'left_out') ?? [], 'left_out', readLeftOut, MAX_PARTS),
    notes: list(own(identity, 'notes') ?? [], 'notes', words, MAX_PARTS)
  };
}

function readLeftOut(value: unknown, path: string): LeftOut {
  const part = object(value, path);
  return {
    what: short(own(part, 'what'), `${path}.what`),
    key: short(own(part, 'key'), `${path}.key`),
    why: words(own(part, 'why'), `${path}.why`)
  };
}

function short(value: unknown, path: string): string {
  return text(value, path, MAX_NAME);
}

function words(value: unknown, path: string): string {
  return text(value, path, MAX_WORDS);
}
