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
  optional,
  own,
  text,
  type JsonObject
} from '../base/check';
import { gunzip, gzip } from '../base/gzip';
import { readJson } from '../base/json-text';
import type { StoredPart } from '../state/types';
import { text as words } from '../text';
import type { Chunk, Contributor, FoundChunk, Priority } from './contributor';

const MAGIC = 'CELLUCID_SESSION\n';
/** Of another format, which Python reads. */
const MAGIC_2 = 'CELLUCID_SESSION/2\n';
const MAX_MANIFEST = 16 * 2 ** 20;
const MAX_CHUNK = 512 * 2 ** 20;
const KINDS = ['json', 'binary'] as const;
const CODECS = ['none', 'gzip'] as const;

const UNSAID_RATIO = 32;
const UNSAID_LEAST = 16 * 2 ** 20;

/** A chunk where it lies in a file: `inflate` reads it. */
export interface StoredChunk extends StoredPart {
  readonly priority: Priority;
  readonly datasetDependent: boolean;
  inflate(): Promise<FoundChunk>;
}

/** A chunk as it is to stand in a file. */
export type Written = Omit<StoredPart, 'id'>;

/** Compress a chunk. */
export async function writeChunk(contributor: Contributor, chunk: Chunk): Promise<Written> {
  const bytes = bytesOf(chunk);
  return written(contributor, chunk, bytes, await gzip(bytes));
}

/** A chunk as it is: for who has no time to compress. */
export function plainChunk(contributor: Contributor, chunk: Chunk): Written {
  const bytes = bytesOf(chunk);
  return written(contributor, chunk, bytes, bytes);
}

function bytesOf({ payload }: Chunk): Uint8Array<ArrayBuffer> {
  return payload instanceof Uint8Array ? payload : utf8(payload.json);
}

function written(
  contributor: Contributor,
  chunk: Chunk,
  bytes: Uint8Array,
  stored: Uint8Array<ArrayBuffer>
): Written {
  const described = {
    id: chunk.id,
    contributorId: contributor.id,
    priority: chunk.priority ?? contributor.priority,
    kind: chunk.payload instanceof Uint8Array ? 'binary' : 'json',
    codec: stored === bytes ? 'none' : 'gzip',
    label: chunk.label,
    datasetDependent: contributor.datasetDependent,
    storedBytes: stored.length,
    uncompressedBytes: bytes.length
  };
  return { described, stored };
}

/** Put a session together. Eager chunks come to stand before lazy ones. */
export function writeSession(
  head: Readonly<Record<string, unknown>>,
  chunks: readonly Written[]
): Blob {
  const ordered = [
    ...chunks.filter(({ described }) => own(described, 'priority') === 'eager'),
    ...chunks.filter(({ described }) => own(described, 'priority') !== 'eager')
  ];
  const manifest = utf8({ ...head, chunks: ordered.map(({ described }) => described) });
  const frames = ordered.flatMap(({ stored }) => [u32(stored.length), stored]);
  return new Blob([MAGIC, u32(manifest.length), manifest, ...frames], {
    type: 'application/octet-stream'
  });
}

/**
 * Open a session: its frames are found and its manifest is checked; chunks are inflated when asked
 * for, and only then it is known whether one is bad.
 *
 * @throws Error saying what is wrong with the file.
 */
export async function readSession(
  file: Blob
): Promise<{ manifest: JsonObject; chunks: readonly StoredChunk[] }> {
  // What is no session may be of any size, and is not read.
  await checkMagic(file.slice(0, MAGIC_2.length));
  const bytes = new Uint8Array(await file.arrayBuffer());
  let at = MAGIC.length;
  const take = (what: string, limit: number): Uint8Array<ArrayBuffer> => {
    const left = bytes.length - at - 4;
    const length = left < 0 ? Infinity : new DataView(bytes.buffer, at, 4).getUint32(0, true);
    if (length > left) {
      throw new CheckError(what, 'a file that was not cut short');
    }
    if (length > limit) {
      throw new CheckError(what, `at most ${limit} bytes, not ${length}`);
    }
    at += 4 + length;
    return bytes.subarray(at - length, at);
  };
  const manifest = object(readJson(take('manifest', MAX_MANIFEST), 'manifest'), 'manifest');
  const ids = new Set<string>();
  const chunks = list(own(manifest, 'chunks'), 'chunks', (entry, path) => {
    const described = object(entry, path);
    const id = readId(described, path, ids);
    return storedChunk(id, described, take(path, Infinity));
  });
  if (at !== bytes.length) {
    throw new CheckError('file', `an end after ${at} bytes, not ${bytes.length}`);
  }
  return { manifest, chunks };
}

async function checkMagic(head: Blob): Promise<void> {
  const found = new TextDecoder('latin1').decode(await head.arrayBuffer());
  if (found === MAGIC_2) {
    throw new Error(words.sessionOfFormat2);
  }
  if (!found.startsWith(MAGIC)) {
    throw new CheckError('file', 'a .cellucid-session file');
  }
}

function readId(described: JsonObject, path: string, others: Set<string>): string {
  const id = text(own(described, 'id'), `${path}.id`, MAX_MANIFEST);
  if (id === '' || others.has(id)) {
    throw new CheckError(`${path}.id`, `a name that no other chunk has, not “${id.slice(0, 100)}”`);
  }
  others.add(id);
  return id;
}

function storedChunk(
  id: string,
  described: JsonObject,
  stored: Uint8Array<ArrayBuffer>
): StoredChunk {
  return {
    id,
    described,
    stored,
    priority: own(described, 'priority') === 'eager' ? 'eager' : 'lazy',
    // What does not say that it fits any dataset, fits its own only.
    datasetDependent: own(described, 'datasetDependent') !== false,
    inflate: async () => ({
      id,
      kind: oneOf(said(described, 'kind', 'binary'), `${id}.kind`, KINDS),
      bytes: await unpacked(id, described, stored)
    })
  };
}

async function unpacked(
  id: string,
  described: JsonObject,
  stored: Uint8Array<ArrayBuffer>
): Promise<Uint8Array<ArrayBuffer>> {
  if (oneOf(said(described, 'codec', 'none'), `${id}.codec`, CODECS) === 'none') {
    if (stored.length > MAX_CHUNK) {
      throw new CheckError(id, `at most ${MAX_CHUNK} bytes, not ${stored.length}`);
    }
    return stored;
  }
  const promised = optional(
    own(described, 'uncompressedBytes'),
    `${id}.uncompressedBytes`,
    (value, path) => integer(value, path, 0, MAX_CHUNK)
  );
  return gunzip(stored, promised ?? guessed(stored.length), id);
}

/** What a file does not say is what its key stands for when it is absent; null is something else. */
function said(described: JsonObject, key: string, otherwise: string): unknown {
  return Object.hasOwn(described, key) ? described[key] : otherwise;
}

/** The most that a chunk may inflate to that does not say how many bytes it is; as in Python. */
function guessed(stored: number): number {
  return Math.min(MAX_CHUNK, Math.max(UNSAID_LEAST, UNSAID_RATIO * stored));
}

function utf8(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

function u32(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
