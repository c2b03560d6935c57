/** A session of what a person did, built from the state as it is now. */
import type { Rows } from '../data/manifests';
import type { App } from '../state/app';
import { say } from '../state/messages';
import type { StoredPart } from '../state/types';
import { text } from '../text';
import { plainChunk, writeChunk, writeSession, type Written } from './container';
import type { Contributor, Names } from './contributor';
import { contributors } from './contributors';

/**
 * Build the session file. A contributor that fails is told to the person and left out; the rest is
 * saved all the same, and so is what this version does not know of a session that was restored.
 *
 * @param rows - who the rows are, where that is known already
 */
export async function captureSession(
  app: App,
  names: Names = 'all',
  rows: Promise<Rows | null> = rowsOf(app)
): Promise<Blob> {
  // All begin at once, so that they see one state; what they wait for comes after.
  const carried = app.slots.carried.signal.peek();
  const captured = contributors.map(contributor => captureOne(app, contributor, names));
  return join(app, await rows, (await Promise.all(captured)).flat(), carried);
}

/**
 * The session of a page that has no time left: not compressed, without what must be waited for.
 * Null where something of the state itself must be.
 */
export function captureNow(app: App, rows: Rows | null): Blob | null {
  const chunks: Written[] = [];
  for (const contributor of contributors) {
    const captured = contributor.capture(app, 'typed');
    if (captured instanceof Promise) {
      return null;
    }
    chunks.push(...captured.map(one => ('stored' in one ? one : plainChunk(contributor, one))));
  }
  return join(app, rows, chunks, app.slots.carried.signal.peek());
}

function join(
  app: App,
  rows: Rows | null,
  chunks: readonly Written[],
  carried: readonly StoredPart[]
): Blob {
  const known = new Set(chunks.map(({ described }) => described['id']));
  return writeSession(head(app, rows), [...chunks, ...carried.filter(({ id }) => !known.has(id))]);
}

async function rowsOf(app: App): Promise<Rows | null> {
  try {
    return await app.shown.read(dataset => dataset.rows());
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    say(app, 'warning', text.savedWithoutRows(why));
    return null;
  }
}

async function captureOne(
  app: App,
  contributor: Contributor,
  names: Names
): Promise<readonly Written[]> {
  try {
    const chunks = await contributor.capture(app, names);
    return await Promise.all(
      chunks.map(async chunk => ('stored' in chunk ? chunk : writeChunk(contributor, chunk)))
    );
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    say(app, 'warning', text.savedWithout(contributor.id, why));
    return [];
  }
}

function head(app: App, rows: Rows | null): Readonly<Record<string, unknown>> {
  const { id, nCells, nVars, report } = app.dataset;
  const { expression, geneNames, modality } = report;
  return {
    createdAt: new Date().toISOString(),
    dataSource: { sourceType: 'jupyter', datasetId: id, userPath: null },
    datasetFingerprint: {
      sourceType: 'jupyter',
      datasetId: id,
      cellCount: nCells,
      varCount: nVars
    },
    cellucidExt: {
      writer: { name: 'cellucid_ext', version: __VERSION__ },
      rows,
      // By which Python finds the genes again, and a MuData's cells.
      ...(geneNames === null ? {} : { dataMapping: { expression, geneNames, modality } })
    }
  };
}
