/** Cells of a session found again by their names, where the rows of the dataset are others. */
import { integer, object, optional, own, type JsonObject } from '../base/check';
import { matchNames, moveCells, moveCodes, RepeatedName, type Match } from '../cells/places';
import type { App } from '../state/app';
import { text } from '../text';
import type { StoredChunk } from './container';
import type { RowPlaces } from './contributor';
import { identity } from './contributors/identity';
import { RestoreCancelled, type Turns } from './turns';

/** What the names of a session's cells tell. */
export interface Realigned {
  /** Where the cells are; null where their names don’t say so. */
  readonly rows: RowPlaces | null;
  /** Why they don’t, for a person. */
  readonly problem: string | null;
  /** How many cells the session has. */
  readonly of: number;
  /** How many of them are here. */
  readonly found: number;
}

/**
 * Look for the cells of a session by their names; null where it does not tell them.
 *
 * @throws RestoreCancelled
 */
export async function realign(
  app: App,
  { manifest, chunks }: { manifest: JsonObject; chunks: readonly StoredChunk[] },
  turns: Turns
): Promise<Realigned | null> {
  const chunk = chunks.find(({ id }) => identity.owns(id));
  if (chunk === undefined) {
    return null;
  }
  try {
    const { bytes } = await chunk.inflate();
    const here = new Uint8Array(await app.shown.read(dataset => dataset.names()));
    const { places, found } = await matched(matchNames(bytes, here), turns);
    const made = object(own(manifest, 'datasetFingerprint') ?? {}, 'datasetFingerprint');
    const told = optional(own(made, 'cellCount'), 'datasetFingerprint.cellCount', integer);
    if (told !== null && told !== places.length) {
      throw new Error(text.otherNames(places.length, told));
    }
    if (found === 0) {
      throw new Error(text.noCommonName);
    }
    const { nCells } = app.dataset;
    const rows = {
      cells: (cells: Uint32Array) => moveCells(cells, places, nCells),
      codes: (codes: Uint8Array | Uint16Array) => moveCodes(codes, places, nCells)
    };
    return { rows, problem: null, of: places.length, found };
  } catch (error) {
    if (error instanceof RestoreCancelled) {
      throw error;
    }
    return { rows: null, problem: reason(error), of: 0, found: 0 };
  }
}

async function matched(matching: Generator<undefined, Match>, turns: Turns): Promise<Match> {
  for (;;) {
    const step = matching.next();
    if (step.done === true) {
      return step.value;
    }
    await turns.next();
  }
}

function reason(error: unknown): string {
  if (error instanceof RepeatedName) {
    return text.repeatedName(error.repeated, error.list);
  }
  return error instanceof Error ? error.message : String(error);
}
