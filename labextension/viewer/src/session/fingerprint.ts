/** Whether a session was made on the dataset that is open, and how they differ. */
import { own, type JsonObject } from '../base/check';
import type { Rows } from '../data/manifests';
import type { App } from '../state/app';
import { say } from '../state/messages';
import { text } from '../text';

export interface Difference {
  readonly part: 'dataset' | 'cells' | 'genes' | 'order';
  /** What differs, for a person. */
  readonly words: string;
}

/** How the dataset differs from that a session was made with; null if it does not, as far as is known. */
export async function compare(app: App, manifest: JsonObject): Promise<Difference | null> {
  const { id, nCells, nVars } = app.dataset;
  const made = within(manifest, 'datasetFingerprint');
  const madeRows = within(within(manifest, 'cellucidExt'), 'rows');
  const madeOrder = own(madeRows, 'orderSha256') ?? null;
  const rows = madeOrder === null ? null : await rowsOf(app);
  const parts: [Difference['part'], unknown, unknown][] = [
    ['dataset', own(made, 'datasetId'), id],
    ['cells', own(made, 'cellCount'), nCells],
    ['genes', own(made, 'varCount'), nVars],
    ['order', madeOrder, rows?.orderSha256 ?? null]
  ];
  // What either side does not know is no difference.
  const found = parts.find(([, then, now]) => (then ?? now) !== (now ?? then));
  if (found === undefined) {
    return null;
  }
  const [part, then, now] = found;
  return {
    part,
    words:
      part === 'order'
        ? text.otherOrder
        : text.otherDataset(text.partOfDataset[part], String(then), String(now))
  };
}

/** Where others have something else in its place, the file does not say. */
function within(holder: JsonObject, key: string): JsonObject {
  const found = own(holder, key);
  return typeof found === 'object' && found !== null ? (found as JsonObject) : {};
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
