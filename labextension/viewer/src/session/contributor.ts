/** Who puts what into a session, and takes it out: one contributor a feature, each in its file. */
import { CheckError } from '../base/check';
import { readJson } from '../base/json-text';
import type { SmallCodes } from '../cells/regroup';
import type { App } from '../state/app';
import type { StoredPart } from '../state/types';

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
  readonly kind: 'json' | 'binary';
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Where a chunk is restored to. */
export interface Target {
  readonly app: App;
  /** How many cells it is about. */
  readonly nCells: number;
  /** Which row each cell of the file has here; null where it is the same. */
  readonly rows: RowPlaces | null;
}

/** Cells of a session on other rows, found by their names. */
export interface RowPlaces {
  /** Ascending cells as they stand here; those that are not here are left out. */
  cells(cells: Uint32Array): Uint32Array;
  /** One code for each cell that is here; the missing one for those the session does not know. */
  codes(codes: SmallCodes): SmallCodes;
}

export type Priority = 'eager' | 'lazy';

/**
 * Which cells are told by their names: all, by which rows that moved are found again; those that a
 * person typed, in how groups were made; none.
 */
export type Names = 'all' | 'typed' | 'none';

export interface Contributor {
  readonly id: string;
  /** Eager chunks are restored before the picture is shown, lazy ones after. */
  readonly priority: Priority;
  /** Whether its chunks mean anything for another dataset. */
  readonly datasetDependent: boolean;
  /** Whether it is the one that reads a chunk. */
  owns(chunkId: string): boolean;
  /** What goes into the file; a part that has not come yet is copied as it is in its own. */
  capture(
    app: App,
    names: Names
  ): readonly (Chunk | StoredPart)[] | Promise<readonly (Chunk | StoredPart)[]>;
  /**
   * Read and check a chunk; throws where it is bad. What is returned puts it into the state: it
   * can't fail, and is called within one change together with those of the other eager chunks, or,
   * for a lazy one, later by itself, and then it fills what was awaited.
   */
  prepare(chunk: FoundChunk, target: Target): () => void;
  /** Called after the eager chunks, in the same change: what had to wait for others. */
  finish?(app: App): void;
  /** Called once nothing comes any more: what was awaited and did not come is given up. */
  giveUp?(app: App): void;
  /** Bring its part of the state back to that of a viewer just opened; within a change. */
  reset(app: App): void;
}

/**
 * The value of a JSON chunk, not yet checked.
 *
 * @throws CheckError where it is none.
 */
export function parseJson({ id, kind, bytes }: FoundChunk): unknown {
  if (kind !== 'json') {
    throw new CheckError(`${id}.kind`, 'json');
  }
  return readJson(bytes, id);
}

/**
 * The bytes of a binary chunk, not yet checked.
 *
 * @throws CheckError where it is none.
 */
export function bytesOf({ id, kind, bytes }: FoundChunk): Uint8Array<ArrayBuffer> {
  if (kind !== 'binary') {
    throw new CheckError(`${id}.kind`, 'binary');
  }
  return bytes;
}
