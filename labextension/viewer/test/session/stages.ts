/** A session that is restored step by step: what a test does between two chunks. */
import { effect, untracked } from '@preact/signals';

import { restoreSession, type Restored } from '../../src/session/restore';
import { RestoreCancelled } from '../../src/session/turns';
import type { App } from '../../src/state/app';
import { addField } from '../../src/state/field-edits';
import { addGroup } from '../../src/state/groups';
import { snapshot } from '../../src/state/keep';
import { addPage, renamePage } from '../../src/state/pages';
import type { FieldRef } from '../../src/state/types';
import { isAwaited } from '../../src/state/awaited';

export type Outcome = Restored | 'cancelled';

/** Restore, and do something at each moment at which anybody could: it is told which. */
export async function restoreInSteps(
  app: App,
  file: Blob,
  at: (moment: number) => void,
  byName = false
): Promise<Outcome> {
  let moment = 0;
  const stop = effect(() => {
    const arrival = app.arrival.value;
    if (arrival !== null && arrival.done.value >= 0) {
      untracked(() => at(moment++));
    }
  });
  try {
    return await restoreSession(app, file, byName);
  } catch (error) {
    if (error instanceof RestoreCancelled) {
      return 'cancelled';
    }
    throw error;
  } finally {
    stop();
  }
}

/** All that is handed over, but for counters, which only rise. */
export function stateOf(app: App): unknown {
  return JSON.parse(
    JSON.stringify(snapshot(app), (key, value: unknown) =>
      /^next[A-Z]/.test(key)
        ? undefined
        : ArrayBuffer.isView(value)
          ? Array.from(value as Uint8Array)
          : value
    )
  );
}

/** Whether a part of the state is still on its way. */
export function isArriving(app: App): boolean {
  const { made } = app.slots.fields.signal.peek();
  const groups = app.highlights.peek().pages.flatMap(page => page.groups);
  return (
    groups.some(({ cells }) => isAwaited(cells)) ||
    made.some(field => field.made.kind === 'category' && isAwaited(field.made.codes))
  );
}

export const MADE: FieldRef = { source: 'user', key: 'user_cat_1' };

/** Two pages with two groups each, and a field of categories that no view shows. */
export function fillLazily(app: App): void {
  addGroup(app, 'lasso', 'One', Uint32Array.of(1, 2, 3));
  addGroup(app, 'lasso', 'Two', Uint32Array.of(3, 4));
  addPage(app);
  renamePage(app, app.activePage.value.id, 'Second');
  addGroup(app, 'knn', 'Three', Uint32Array.of(0, 7));
  addGroup(app, 'knn', 'Four', Uint32Array.of(2, 9, 11));
  const codes = Uint8Array.from({ length: app.dataset.nCells }, (_, i) => i % 3);
  app.changes.change('make', () =>
    addField(app, {
      key: 'Made',
      source: 'obs',
      made: { kind: 'category', categories: ['a', 'b', 'c'], colors: [null, null, null], codes, of: null },
      extra: {}
    })
  );
}
