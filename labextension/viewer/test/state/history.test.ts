/** Undo and redo over whatever a person does to pages, groups, filters and fields, in any order. */
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { fromNumbers } from '../../src/cells/cellset';
import type { App } from '../../src/state/app';
import { buildField } from '../../src/state/builder';
import { stepCandidate } from '../../src/state/candidate';
import { confirmCandidate } from '../../src/state/confirm';
import { removeAllFilters, setRange, toggleCategory } from '../../src/state/filters';
import {
  copyGroup,
  moveGroup,
  removeGroup,
  renameGroup,
  reopenGroup,
  setGroupColor,
  setGroupEnabled
} from '../../src/state/groups';
import {
  activatePage,
  addPage,
  clearPage,
  combinePages,
  deletePage,
  renamePage,
  restOfPage
} from '../../src/state/pages';
import { redo, undo } from '../../src/state/undo';
import { openFixture } from '../fixture';

const N = 12;
const KIND = { source: 'obs', key: 'kind' } as const;
const SCORE = { source: 'obs', key: 'score' } as const;

type Command = (app: App, a: number, b: number) => void;

function page(app: App, k: number): string {
  const { pages } = app.highlights.value;
  return pages[k % pages.length]!.id;
}

function group(app: App, k: number): string {
  const groups = app.highlights.value.pages.flatMap(one => one.groups);
  return groups[k % Math.max(1, groups.length)]?.id ?? 'highlight_0';
}

function confirm(app: App, a: number, b: number): void {
  const step = { tool: 'lasso', operation: 'add', view: 'live', dimension: 2, detail: {} } as const;
  stepCandidate(app, fromNumbers([a % N, b % N], N)!, step);
  confirmCandidate(app);
}

const COMMANDS: readonly Command[] = [
  confirm,
  (app, a, b) => (reopenGroup(app, group(app, a)), confirm(app, a, b)),
  (app, a, b) => renameGroup(app, group(app, a), `name ${b}`),
  (app, a, b) => setGroupEnabled(app, group(app, a), b % 2 === 0),
  (app, a, b) => setGroupColor(app, group(app, a), b % 2 ? '#123456' : null),
  (app, a) => removeGroup(app, group(app, a)),
  (app, a, b) => moveGroup(app, group(app, a), page(app, b)),
  (app, a, b) => copyGroup(app, group(app, a), page(app, b)),
  app => addPage(app),
  (app, a, b) => renamePage(app, page(app, a), `page ${b}`),
  (app, a) => activatePage(app, page(app, a)),
  (app, a) => deletePage(app, page(app, a)),
  app => clearPage(app),
  (app, a, b) => combinePages(app, page(app, a), page(app, b), a % 2 ? 'union' : 'intersection'),
  (app, a) => restOfPage(app, page(app, a)),
  (app, a, b) => toggleCategory(app, KIND, ['B cell', 'T cell', 'NK'][a % 3]!, b % 2 === 0),
  (app, a, b) => setRange(app, SCORE, Math.min(a, b), Math.max(a, b)),
  app => removeAllFilters(app),
  (app, a, b) =>
    void buildField(app, {
      name: `field ${a} ${b}`,
      from: { kind: 'pages', ids: [page(app, a), page(app, b)] },
      rule: 'last',
      overlapLabel: '',
      uncoveredLabel: null
    })
];

/** What a person sees, without the counters that only rise. */
function seen(app: App): unknown {
  const { pages, activePageId } = app.highlights.value;
  const { made } = app.slots.fields.signal.value;
  return structuredClone({ pages, activePageId, views: app.views.value, made });
}

it('all is as it was after undoing all, and as it became after doing all again', async () => {
  const app = await openFixture(N);
  // One app for all runs, each from the same beginning: what was undone is no reason to give an id again.
  const given = new Set<string>();
  const command = fc.tuple(fc.nat(COMMANDS.length - 1), fc.nat(30), fc.nat(30));
  fc.assert(
    fc.property(fc.array(command, { maxLength: 25 }), commands => {
      const before = seen(app);
      const { length } = app.changes.past.value;
      const ids = (): string[] => {
        const { pages } = app.highlights.value;
        const made = app.slots.fields.signal.value.made.map(({ id }) => id);
        return [...pages.flatMap(one => [one.id, ...one.groups.map(({ id }) => id)]), ...made];
      };
      for (const [which, a, b] of commands) {
        const old = new Set(ids());
        COMMANDS[which]!(app, a, b);
        const fresh = ids().filter(id => !old.has(id));
        expect(fresh.filter(id => given.has(id))).toEqual([]);
        fresh.forEach(id => given.add(id));
        expect(new Set(ids()).size).toBe(ids().length);
      }
      const after = seen(app);
      const steps = app.changes.past.value.length - length;
      for (let i = 0; i < steps; i++) {
        undo(app);
      }
      expect(seen(app)).toEqual(before);
      for (let i = 0; i < steps; i++) {
        redo(app);
      }
      expect(seen(app)).toEqual(after);
      for (let i = 0; i < steps; i++) {
        undo(app);
      }
    }),
    { numRuns: 60 }
  );
}, 60_000);
