/**
 * A dataset and its session as one zip: a dataset folder as `prepare` writes one, gzipped, which opens
 * with the session.
 */
import { own, type JsonObject } from '../base/check';
import { readJson } from '../base/json-text';
import type { Dataset } from '../data/dataset';
import { FetchError } from '../data/fetch';
import { readGraphManifest } from '../data/graph';
import { safeName } from '../data/manifests';
import type { Reading } from '../data/reading';
import { sharedGraph, sharedIdentity, sharedObs, sharedVar } from '../data/shared';
import { packedPath, type StoredFile } from '../data/stored';
import { zip, type Entry } from '../data/zip';
import { text } from '../text';

const NAMES = 'obs_names.txt';
const LONGEST_NAME = 100;
/** Gzip begins so. */
const GZIP = [0x1f, 0x8b];

/** Larger ones are nothing for a browser. */
export const MOST_BYTES = 2 ** 31;

/** What goes along. */
export interface Along {
  /** The session, and how its file is called. */
  readonly session: Blob;
  readonly sessionName: string;
  readonly genes: readonly string[];
  /** Whether the names of the cells do. */
  readonly names: boolean;
}

/** How many bytes of the dataset go along with such genes, unpacked; what nobody counted is left out. */
export function shareSizes(dataset: Dataset, genes: readonly string[]): {
  readonly points: number;
  readonly obs: number;
  readonly genes: number;
  readonly graph: number;
} {
  const edge = dataset.nCells <= 2 ** 16 ? 4 : 8;
  return {
    points: total(dataset.pointFiles),
    obs: total(obsFiles(dataset)),
    genes: total(geneFiles(dataset, genes)),
    graph: (dataset.report.nEdges ?? 0) * edge
  };
}

/** What the folder in the zip is called. */
export function shareName(dataset: Dataset): string {
  return safeName(dataset.name).slice(0, LONGEST_NAME);
}

/**
 * Put the zip together.
 *
 * @param reading - hears how many bytes of all were taken up, and ends it
 * @throws FetchError where a file can't be had, such as where the dataset was refreshed meanwhile.
 */
export async function shareZip(dataset: Dataset, along: Along, reading: Reading): Promise<Blob> {
  const entries = new Sharing(dataset, along, reading).entries();
  const folder = shareName(dataset);
  return zip(
    (async function* () {
      for await (const { path, body } of entries) {
        yield { path: `${folder}/${path}`, body };
      }
    })()
  );
}

class Sharing {
  constructor(
    private readonly dataset: Dataset,
    private readonly along: Along,
    private readonly reading: Reading
  ) {}

  async *entries(): AsyncGenerator<Entry> {
    const { dataset, along } = this;
    const { genes, session, sessionName } = along;
    const graph = dataset.report.nEdges === 0 ? null : await this.#json('connectivity_manifest.json');
    const files = [
      ...dataset.pointFiles,
      ...obsFiles(dataset),
      ...(graph === null ? [] : graphFiles(graph)),
      ...geneFiles(dataset, genes)
    ];
    this.reading.expect(total(files));
    yield json('dataset_identity.json', await this.#identity());
    yield json('obs_manifest.json', sharedObs(await this.#json('obs_manifest.json')));
    if (genes.length > 0) {
      const manifest = await this.#json('var_manifest.json');
      yield json('var_manifest.json', sharedVar(manifest, new Set(genes)));
    }
    if (graph !== null) {
      yield json('connectivity_manifest.json', sharedGraph(graph));
    }
    yield* this.#names();
    for (const file of files) {
      yield await this.#packed(file);
    }
    yield { path: sessionName, body: session };
    yield json('state-snapshots.json', { states: [encodeURIComponent(sessionName)] });
  }

  async #identity(): Promise<JsonObject> {
    const { dataset, along } = this;
    const given = await this.#json('dataset_identity.json');
    const nGenes = along.genes.length;
    const notes = nGenes < dataset.nGenes ? [text.fewerGenes(nGenes, dataset.nGenes)] : [];
    if (own(given, 'vector_fields') !== undefined) {
      notes.push(text.noVectors);
    }
    return sharedIdentity(given, { nGenes, nVars: dataset.nVars, rows: await dataset.rows(), notes });
  }

  async *#names(): AsyncGenerator<Entry> {
    if (!this.along.names) {
      return;
    }
    try {
      yield { path: NAMES, body: new Blob([await this.dataset.names()]) };
    } catch (error) {
      // A folder need not have them.
      if (!(error instanceof FetchError && error.status === 404)) {
        throw error;
      }
    }
  }

  async #packed({ path, size }: StoredFile): Promise<Entry> {
    this.reading.signal.throwIfAborted();
    const bytes = new Uint8Array(await this.#file(path));
    this.reading.heard(size);
    const body = new Blob([bytes]);
    const isPacked = path.endsWith('.gz') && GZIP.every((byte, i) => bytes[i] === byte);
    return {
      path: packedPath(path),
      body: isPacked ? body : body.stream().pipeThrough(new CompressionStream('gzip'))
    };
  }

  async #json(path: string): Promise<JsonObject> {
    return readJson(new Uint8Array(await this.#file(path)), path) as JsonObject;
  }

  #file(path: string): Promise<ArrayBuffer> {
    // What comes is counted by whole files: of those that are packed nobody knows their length.
    const { signal } = this.reading;
    return this.dataset.file(path, { signal, expect: () => undefined, heard: () => undefined });
  }
}

function obsFiles(dataset: Dataset): StoredFile[] {
  return dataset.obsFields.flatMap(({ ref }) => dataset.filesOf(ref));
}

function geneFiles(dataset: Dataset, genes: readonly string[]): StoredFile[] {
  return genes.flatMap(key => dataset.filesOf({ source: 'var', key }));
}

function graphFiles(manifest: JsonObject): StoredFile[] {
  const { nEdges, dtype, sources, targets } = readGraphManifest(manifest);
  const size = nEdges * (dtype === 'uint16' ? 2 : 4);
  return [sources, targets].map(path => ({ path, size }));
}

function total(files: readonly StoredFile[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

function json(path: string, value: JsonObject): Entry {
  return { path, body: new Blob([JSON.stringify(value)]) };
}
