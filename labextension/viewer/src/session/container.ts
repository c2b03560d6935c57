/**
 * The `.cellucid-session` file, format 1: magic, u32 manifest length, manifest, then each chunk as
 * u32 stored length and stored bytes, in the manifest's order. Integers are little-endian. We
 * store with gzip.
 */
import {
  CheckError,
  integer,
  list,
  object,
  oneOf,
  own,
  text,
  type JsonObject
} from '../base/check';
import { gunzip, gzip } from '../base/gzip';
import type { Chunk, Contributor, FoundChunk } from './contributor';

const MAGIC = 'CELLUCID_SESSION\n';
const MAX_MANIFEST = 16 * 2 ** 20;
const MAX_CHUNKS = 100_000;
const MAX_CHUNK = 512 * 2 ** 20;

export interface Contribution {
  readonly contributor: Contributor;
  readonly chunk: Chunk;
}

/** A chunk where it lies in a file: `inflate` reads it. */
export interface StoredChunk {
  readonly id: string;
  readonly datasetDependent: boolean;
  inflate(): Promise<FoundChunk>;
}

/** Write a session. Eager chunks come to stand before lazy ones. */
export async function writeSession(
  head: Readonly<Record<string, unknown>>,
  contributions: readonly Contribution[]
): Promise<Blob> {
  const ordered = [
    ...contributions.filter(c => c.contributor.priority === 'eager'),
    ...contributions.filter(c => c.contributor.priority === 'lazy')
  ];
  const written = await Promise.all(ordered.map(writeChunk));
  const manifest = utf8({ ...head, chunks: written.map(({ described }) => described) });
  const frames = written.flatMap(({ stored }) => [u32(stored.length), stored]);
  return new Blob([MAGIC, u32(manifest.length), manifest, ...frames], {
    type: 'application/octet-stream'
  });
}

async function writeChunk({ contributor, chunk }: Contribution): Promise<{
  described: Readonly<Record<string, unknown>>;
  stored: Uint8Array<ArrayBuffer>;
}> {
  const { payload } = chunk;
  const binary = payload instanceof Uint8Array;
  const bytes = binary ? payload : utf8(payload.json);
  const stored = await gzip(bytes);
  const described = {
    id: chunk.id,
    contributorId: contributor.id,
    priority: chunk.priority ?? contributor.priority,
    kind: binary ? 'binary' : 'json',
    codec: 'gzip',
    label: chunk.label,
    datasetDependent: contributor.datasetDependent,
    storedBytes: stored.length,
    uncompressedBytes: bytes.length
  };
  return { described, stored };
}

/**
 * Open a session: its frames are found and its manifest is checked; chunks are inflated when asked
 * for.
 *
 * @throws CheckError saying what is wrong with the file.
 */
export async function readSession(
  file: Blob
): Promise<{ manifest: JsonObject; chunks: readonly StoredChunk[] }> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let at = MAGIC.length;
  if (new TextDecoder('latin1').decode(bytes.subarray(0, at)) !== MAGIC) {
    throw new CheckError('file', 'a .cellucid-session file');
  }
  const take = (what: string, limit: number): Uint8Array<ArrayBuffer> => {
    const left = bytes.length - at - 4;
    const length = left < 0 ? Infinity : new DataView(bytes.buffer, at, 4).getUint32(0, true);
    if (length > Math.min(left, limit)) {
      throw new CheckError(what, `at most ${limit} bytes, and a file that was not cut short`);
    }
    at += 4 + length;
    return bytes.subarray(at - length, at);
  };
  const manifest = readManifest(take('manifest', MAX_MANIFEST));
  const chunks = list(
    own(manifest, 'chunks'),
    'chunks',
    (entry, path) => readChunk(object(entry, path), path, take(path, MAX_CHUNK)),
    MAX_CHUNKS
  );
  if (at !== bytes.length) {
    throw new CheckError('file', `an end after ${at} bytes, not ${bytes.length}`);
  }
  if (new Set(chunks.map(chunk => chunk.id)).size !== chunks.length) {
    throw new CheckError('chunks', 'ids that stand once each');
  }
  return { manifest, chunks };
}

function readManifest(bytes: Uint8Array): JsonObject {
  try {
    return object(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)), 'manifest');
  } catch {
    throw new CheckError('manifest', 'an object in JSON');
  }
}

function readChunk(
  described: JsonObject,
  path: string,
  stored: Uint8Array<ArrayBuffer>
): StoredChunk {
  const id = text(own(described, 'id'), `${path}.id`);
  const codec = oneOf(own(described, 'codec'), `${path}.codec`, ['none', 'gzip'] as const);
  const at = `${path}.uncompressedBytes`;
  const size = integer(own(described, 'uncompressedBytes'), at, 0, MAX_CHUNK);
  return {
    id,
    // What does not say that it fits any dataset, fits its own only.
    datasetDependent: own(described, 'datasetDependent') !== false,
    inflate: async () => ({
      id,
      bytes: codec === 'none' ? stored : new Uint8Array(await gunzip(stored, size, id))
    })
  };
}

function utf8(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

function u32(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
