/** A session brought back: all chunks are prepared first, then applied in one change. */
import { object, own, type JsonObject } from '../base/check';
import type { Rows } from '../data/manifests';
import type { App } from '../state/app';
import { say } from '../state/messages';
import { text } from '../text';
import { readSession } from './container';
import type { Contributor } from './contributor';
import { contributors } from './contributors';

export interface Restored {
  /** Ids of the chunks that are part of the state now. */
  readonly restored: readonly string[];
  /** Those that were left out, and why. */
  readonly skipped: readonly { readonly id: string; readonly why: string }[];
}

/**
 * Replace the present state by a session's, as one step of undo. A bad chunk is skipped, and so is
 * what depends on the dataset when the file was made with another.
 *
 * @throws CheckError where the file itself is bad; nothing has changed then.
 */
export async function restoreSession(app: App, file: Blob): Promise<Restored> {
  const { manifest, chunks } = await readSession(file);
  const mismatch = await differs(app, manifest);
  const prepared: { id: string; contributor: Contributor; apply: () => void }[] = [];
  const skipped: { id: string; why: string }[] = [];
  for (const stored of chunks) {
    const contributor = contributors.find(c => c.owns(stored.id));
    try {
      if (contributor === undefined) {
        throw new Error('this version does not know it');
      }
      // The file alone does not say whether what it holds fits: it may be anyone's.
      if (mismatch !== null && (stored.datasetDependent || contributor.datasetDependent)) {
        throw new Error(mismatch);
      }
      const apply = contributor.prepare(await stored.inflate(), app);
      prepared.push({ id: stored.id, contributor, apply });
    } catch (error) {
      skipped.push({ id: stored.id, why: error instanceof Error ? error.message : String(error) });
    }
  }
  if (prepared.length > 0) {
    app.changes.change(
      'restore session',
      () => {
        contributors
          .filter(c => mismatch === null || !c.datasetDependent)
          .forEach(c => c.reset(app));
        // In the order of the features: codes go to fields that must be there.
        for (const one of contributors) {
          prepared.filter(({ contributor }) => contributor === one).forEach(({ apply }) => apply());
        }
        contributors.forEach(c => c.finish?.(app));
      },
      { origin: 'restore' }
    );
  }
  return { restored: prepared.map(({ id }) => id), skipped };
}

/** Which part of the dataset is another one than when the session was made; null if none is. */
async function differs(app: App, manifest: JsonObject): Promise<string | null> {
  const { id, nCells, nVars } = app.dataset;
  const made = object(own(manifest, 'datasetFingerprint') ?? {}, 'datasetFingerprint');
  const ext = object(own(manifest, 'cellucidExt') ?? {}, 'cellucidExt');
  const madeRows = object(own(ext, 'rows') ?? {}, 'cellucidExt.rows');
  const madeOrder = own(madeRows, 'orderSha256') ?? null;
  const rows = madeOrder === null ? null : await rowsOf(app);
  const parts: [string, unknown, unknown][] = [
    ['dataset', own(made, 'datasetId'), id],
    ['number of cells', own(made, 'cellCount'), nCells],
    ['number of genes', own(made, 'varCount'), nVars],
    ['order of the rows', madeOrder, rows?.orderSha256 ?? null]
  ];
  // What either side does not know is no difference.
  const found = parts.find(([, then, now]) => (then ?? now) !== (now ?? then));
  return found
    ? `it was made with another ${found[0]}: ${String(found[1])}, here ${String(found[2])}`
    : null;
}

async function rowsOf(app: App): Promise<Rows | null> {
  try {
    return await app.shown.read(dataset => dataset.rows());
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    say(app, 'warning', text.orderUnknown(why));
    return null;
  }
}
