/**
 * The `.cellucid-session` file, format 1: magic, u32 manifest length, manifest, then each chunk as
 * u32 stored length and gzip-compressed bytes, in the manifest's order. Integers are little-endian.
 */
import { gzip } from './codecs';
import type { Chunk, Contributor } from './contributor';

const MAGIC = 'CELLUCID_SESSION\n';

export interface Contribution {
  readonly contributor: Contributor;
  readonly chunk: Chunk;
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
  const described: unknown[] = [];
  const frames: Uint8Array<ArrayBuffer>[] = [];
  for (const { contributor, chunk } of ordered) {
    const binary = chunk.payload instanceof Uint8Array;
    const bytes = chunk.payload instanceof Uint8Array ? chunk.payload : utf8(chunk.payload.json);
    const stored = await gzip(bytes);
    described.push({
      id: chunk.id,
      contributorId: contributor.id,
      priority: contributor.priority,
      kind: binary ? 'binary' : 'json',
      codec: 'gzip',
      label: chunk.label,
      datasetDependent: contributor.datasetDependent,
      storedBytes: stored.length,
      uncompressedBytes: bytes.length
    });
    frames.push(u32(stored.length), stored);
  }
  const manifest = utf8({ ...head, chunks: described });
  return new Blob([MAGIC, u32(manifest.length), manifest, ...frames], {
    type: 'application/octet-stream'
  });
}

function utf8(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

function u32(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
