/** A session of what a person did, built from the state as it is now. */
import type { Rows } from '../data/manifests';
import type { App } from '../state/app';
import { say } from '../state/messages';
import { text } from '../text';
import { writeSession } from './container';
import type { Contributor } from './contributor';
import { contributors } from './contributors';

/**
 * Build the session file. A contributor that fails is told to the person and left out; the rest is
 * saved all the same.
 */
export async function captureSession(app: App): Promise<Blob> {
  // All begin at once, so that they see one state; what they wait for comes after.
  const [rows, captured] = await Promise.all([
    rowsOf(app),
    Promise.all(contributors.map(contributor => captureOne(app, contributor)))
  ]);
  return writeSession(head(app, rows), captured.flat());
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
  contributor: Contributor
): Promise<Parameters<typeof writeSession>[1]> {
  try {
    const chunks = await contributor.capture(app);
    return chunks.map(chunk => ({ contributor, chunk }));
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
