/** Who puts what into a session, and takes it out: one contributor a feature, each in its file. */
import type { App } from '../state/app';

export interface Chunk {
  readonly id: string;
  readonly label: string;
  /** Anything JSON can hold, or bytes. */
  readonly payload: JsonPayload | Uint8Array<ArrayBuffer>;
  /** Where it is not its contributor's. */
  readonly priority?: Priority;
}

export interface JsonPayload {
  readonly json: unknown;
}

/** A chunk as it comes out of a file: its bytes inflated, nothing in them checked. */
export interface FoundChunk {
  readonly id: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export type Priority = 'eager' | 'lazy';

export interface Contributor {
  readonly id: string;
  /** Eager chunks are restored before the picture is shown, lazy ones after. */
  readonly priority: Priority;
  /** Whether its chunks mean anything for another dataset. */
  readonly datasetDependent: boolean;
  /** Whether it is the one that reads a chunk. */
  owns(chunkId: string): boolean;
  capture(app: App): readonly Chunk[] | Promise<readonly Chunk[]>;
  /**
   * Read and check a chunk; throws where it is bad. What is returned puts it into the state: it
   * can't fail, and is called within one change together with those of the other chunks.
   */
  prepare(chunk: FoundChunk, app: App): () => void;
  /** Called once all chunks are in the state, in the same change: what had to wait for others. */
  finish?(app: App): void;
  /** Bring its part of the state back to that of a viewer just opened; within a change. */
  reset(app: App): void;
}

/** The value of a JSON chunk, not yet checked. */
export function parseJson(chunk: FoundChunk): unknown {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(chunk.bytes)) as unknown;
}
