/** The graph of neighbours: each edge once, as two cells. */
import { integer, object, oneOf, own, text } from '../base/check';

export interface Graph {
  readonly nEdges: number;
  /** The smaller row of each edge, and the larger one. */
  readonly sources: Uint16Array | Uint32Array;
  readonly targets: Uint16Array | Uint32Array;
}

/** What `connectivity_manifest.json` says. */
export interface GraphFiles {
  readonly nEdges: number;
  readonly dtype: 'uint16' | 'uint32';
  readonly sources: string;
  readonly targets: string;
}

const MOST_EDGES = 2 ** 31;

export function readGraphManifest(value: unknown): GraphFiles {
  const manifest = object(value, 'connectivity_manifest');
  const at = (key: string): [unknown, string] => [own(manifest, key), `connectivity_manifest.${key}`];
  return {
    nEdges: integer(...at('n_edges'), 0, MOST_EDGES),
    dtype: oneOf(...at('index_dtype'), ['uint16', 'uint32'] as const),
    sources: text(...at('sourcesPath')),
    targets: text(...at('destinationsPath'))
  };
}
