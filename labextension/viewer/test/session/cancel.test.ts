/** A session that is cancelled while it arrives, at any stage: what stood before stands again. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { captureSession } from '../../src/session/capture';
import type { App } from '../../src/state/app';
import { cancelCandidate, stepCandidate, undoCandidate } from '../../src/state/candidate';
import { confirmCandidate } from '../../src/state/confirm';
import { deleteField } from '../../src/state/field-edits';
import { toggleCategory } from '../../src/state/filters';
import { addGroup, removeGroup, renameGroup, reopenGroup } from '../../src/state/groups';
import { activatePage, addPage, clearPage, deletePage } from '../../src/state/pages';
import { openPanel, unfold } from '../../src/state/panels';
import { redo, undo } from '../../src/state/undo';
import { setDimension, setField } from '../../src/state/views';
import { openFixture } from '../fixture';
import { fillLazily, isArriving, MADE, restoreInSteps, stateOf } from './stages';

const N = 20;
const KIND = { source: 'obs', key: 'kind' } as const;

const step = { tool: 'lasso', operation: 'replace', view: 'live', dimension: 2, detail: {} } as const;

async function file(): Promise<Blob> {
  const app = await openFixture(N);
  fillLazily(app);
  unfold(app, 'summary', true);
  return captureSession(app);
}

/** Somebody's work, with a selection half made. */
async function worked(): Promise<App> {
  const app = await openFixture(N);
  addGroup(app, 'lasso', 'Mine', Uint32Array.of(5, 6));
  addPage(app);
  addGroup(app, 'lasso', 'Ours', Uint32Array.of(8));
  toggleCategory(app, KIND, 'NK', false);
  openPanel(app, true);
  reopenGroup(app, 'highlight_1');
  stepCandidate(app, Uint32Array.of(1, 2), step);
  stepCandidate(app, Uint32Array.of(4), { ...step, operation: 'add' });
  undoCandidate(app);
  return app;
}

/** What a person may do while a session arrives. */
const DEEDS: readonly ((app: App) => void)[] = [
  app => addGroup(app, 'lasso', 'Late', Uint32Array.of(9)),
  app => renameGroup(app, 'highlight_1', 'Other'),
  app => removeGroup(app, 'highlight_2'),
  app => clearPage(app),
  app => addPage(app),
  app => activatePage(app, 'page_1'),
  app => deletePage(app, 'page_2'),
  app => setField(app, MADE),
  app => deleteField(app, MADE),
  app => setDimension(app, 3),
  app => toggleCategory(app, KIND, 'B cell', false),
  app => stepCandidate(app, Uint32Array.of(3, 7), step),
  app => void confirmCandidate(app),
  app => cancelCandidate(app),
  app => redo(app)
];
/** Stands for an undo of what was done since the session began to arrive. */
const UNDO = DEEDS.length;

describe('a session that is cancelled', () => {
  it('leaves what stood before, whenever that is and whatever was done meanwhile', async () => {
    const given = await file();
    const deed = fc.record({ at: fc.nat(12), what: fc.nat(UNDO) });
    let [cancelled, shown] = [0, 0];
    await fc.assert(
      fc.asyncProperty(fc.nat(12), fc.array(deed, { maxLength: 6 }), async (cancelAt, deeds) => {
        const app = await worked();
        const before = stateOf(app);
        const past = app.changes.past.value.map(({ label }) => label);
        const outcome = await restoreInSteps(app, given, moment => {
          if (isArriving(app)) {
            for (const { what } of deeds.filter(({ at }) => at === moment)) {
              if (what < UNDO) {
                DEEDS[what]!(app);
              } else if (app.changes.past.value.length > past.length + 1) {
                undo(app);
              }
            }
          }
          if (moment === cancelAt) {
            app.arrival.peek()!.cancel();
          }
        });
        expect([isArriving(app), app.arrival.value]).toEqual([false, null]);
        if (outcome !== 'cancelled') {
          shown++;
          expect(outcome.skipped).toEqual([]);
          return;
        }
        cancelled++;
        expect(stateOf(app)).toEqual(before);
        expect(app.changes.past.value.map(({ label }) => label)).toEqual(past);
        expect([app.canUndoCandidate.value, app.canRedoCandidate.value]).toEqual([true, true]);
      }),
      { numRuns: 60 }
    );
    // Both were tried: a session of nine parts has eleven moments.
    expect([cancelled > 10, shown > 0]).toEqual([true, true]);
  });

  it('stays away where it was undone meanwhile, and older steps can be done again', async () => {
    const app = await openFixture(N);
    addGroup(app, 'lasso', 'Mine', Uint32Array.of(5, 6));
    const before = stateOf(app);
    let done = false;
    const outcome = await restoreInSteps(app, await file(), () => {
      if (!done && isArriving(app)) {
        done = true;
        undo(app);
        undo(app);
        app.arrival.peek()!.cancel();
      }
    });
    expect([outcome, app.activePage.value.groups]).toEqual(['cancelled', []]);
    redo(app);
    expect(stateOf(app)).toEqual(before);
    expect(app.canRedo.value).toBe(false);
  });
});

it('a session is one step of undo, which brings back all there was, and redo the session', async () => {
  const app = await worked();
  const before = stateOf(app);
  const outcome = await restoreInSteps(app, await file(), () => undefined);
  expect(outcome).toMatchObject({ skipped: [], difference: null });
  const after = stateOf(app);
  expect(after).not.toEqual(before);
  for (let turn = 0; turn < 2; turn++) {
    undo(app);
    expect(stateOf(app)).toEqual(before);
    redo(app);
    expect(stateOf(app)).toEqual(after);
  }
});
