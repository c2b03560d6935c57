/** While the cells of a session are still on their way: nothing takes them for none. */
import { effect, untracked } from '@preact/signals';
import { describe, expect, it } from 'vitest';

import { captureSession } from '../../src/session/capture';
import { restoreSession } from '../../src/session/restore';
import { Sessions } from '../../src/session/sessions';
import type { App } from '../../src/state/app';
import { countOf } from '../../src/state/awaited';
import { buildField, planProblem, type Plan } from '../../src/state/builder';
import { selectWhere } from '../../src/state/by-name';
import { renameCategory, setCategoryColor } from '../../src/state/category-edits';
import { comparedIn } from '../../src/state/compared';
import { deleteField, renameField } from '../../src/state/field-edits';
import {
  addGroup,
  copyGroup,
  moveGroup,
  removeGroup,
  renameGroup,
  reopenGroup,
  setGroupEnabled
} from '../../src/state/groups';
import { snapshot } from '../../src/state/keep';
import { clearPage, combinePages, deletePage, restOfPage } from '../../src/state/pages';
import { deleteCategories, mergeCategories } from '../../src/state/regrouping';
import { Summary } from '../../src/state/summary';
import { redo, undo } from '../../src/state/undo';
import { setField } from '../../src/state/views';
import { text } from '../../src/text';
import { openFixture } from '../fixture';
import { bytesOf, takeApart } from './parts';
import { fillLazily, isArriving, MADE, restoreInSteps } from './stages';

const N = 20;

async function file(): Promise<Blob> {
  const app = await openFixture(N);
  fillLazily(app);
  return captureSession(app);
}

/** Restore, and do something once, when the first chunk of cells is still to come. */
async function whileArriving(act: (app: App) => void, app?: App): Promise<App> {
  const here = app ?? (await openFixture(N));
  let done = false;
  const given = await file();
  await restoreInSteps(here, given, () => {
    if (!done && isArriving(here)) {
      done = true;
      act(here);
    }
  });
  expect(done).toBe(true);
  return here;
}

const cellsOf = (app: App): [string, number[]][] =>
  app.highlights.value.pages.flatMap(page =>
    page.groups.map(({ label, cells }): [string, number[]] => [label, [...cells]])
  );

const WHOLE: [string, number[]][] = [
  ['One', [1, 2, 3]],
  ['Two', [3, 4]],
  ['Three', [0, 7]],
  ['Four', [2, 9, 11]]
];

const PLAN: Plan = {
  name: 'Built',
  from: { kind: 'pages', ids: ['page_1'] },
  rule: 'first',
  overlapLabel: 'both',
  uncoveredLabel: null
};

describe('while cells are on their way', () => {
  it.each<[string, (app: App) => void]>([
    ['combine pages', app => combinePages(app, 'page_1', 'page_2', 'union')],
    ['intersect pages', app => combinePages(app, 'page_2', 'page_1', 'intersection')],
    ['take the rest of a page', app => restOfPage(app, 'page_1')],
    ['take a group up again', app => reopenGroup(app, 'highlight_1')],
    ['copy a group', app => copyGroup(app, 'highlight_1', 'page_2')],
    ['build categories of pages', app => void buildField(app, PLAN)],
    [
      'build categories of groups',
      app => void buildField(app, { ...PLAN, from: { kind: 'groups', pageId: 'page_2' } })
    ],
    ['merge categories', app => mergeCategories(app, MADE, ['a', 'b'])],
    ['delete a category', app => deleteCategories(app, MADE, ['a'])],
    ['rename a category', app => renameCategory(app, MADE, 'a', 'z')]
  ])('one can’t %s, and hears why; nothing has changed', async (_, act) => {
    const app = await whileArriving(here => {
      const before = [here.highlights.value, here.slots.fields.signal.value, here.candidate.value];
      act(here);
      expect([here.highlights.value, here.slots.fields.signal.value, here.candidate.value]).toEqual(
        before
      );
      expect(here.messages.value.at(-1)?.text).toBe(text.stillArriving);
    });
    expect(cellsOf(app)).toEqual(WHOLE);
    // And once they are there, one can.
    app.messages.value = [];
    const revision = app.revision.value;
    act(app);
    expect(app.messages.value.map(message => message.text)).not.toContain(text.stillArriving);
    expect(app.revision.value).toBeGreaterThan(revision);
  });

  it('one can do what needs no cells, and it holds once they are there', async () => {
    const app = await whileArriving(here => {
      expect(here.highlights.value.pages.flatMap(p => p.groups).map(g => countOf(g.cells))).toEqual([
        3, 2, 2, 3
      ]);
      renameGroup(here, 'highlight_1', 'First');
      setGroupEnabled(here, 'highlight_2', false);
      removeGroup(here, 'highlight_3');
      moveGroup(here, 'highlight_4', 'page_1');
      renameField(here, MADE, 'Mine');
      setCategoryColor(here, MADE, 'b', '#00ff00');
      setField(here, MADE);
      expect(here.column.value?.state).toBe('loading');
      // What needs them elsewhere has none, and says so.
      expect(planProblem(here, PLAN)).toBe(text.stillArriving);
      const window = { id: 'w', kind: 'composition', fields: [], pages: null } as const;
      const place = { left: 0, top: 0, width: 1, height: 1 };
      expect(
        comparedIn(here, { ...window, place }, 'All').map(row => [row.cells.length, row.arriving])
      ).toEqual([
        [N, false],
        [0, true]
      ]);
      const summary = new Summary(here);
      summary.chosen.value = 'page';
      summary.dispose();
    });
    expect(cellsOf(app)).toEqual([
      ['First', [1, 2, 3]],
      ['Two', [3, 4]],
      ['Four', [2, 9, 11]]
    ]);
    expect(app.columns.ready(MADE)).toMatchObject({
      colors: [null, '#00ff00', null],
      codes: Uint8Array.from({ length: N }, (_, i) => i % 3)
    });
    expect([app.fields.value.nameOf(MADE), app.column.value?.state]).toEqual(['Mine', 'ready']);
  });

  it('a summary says so, and tells of them once they are there', async () => {
    const app = await openFixture(N);
    const summary = new Summary(app);
    const told: [boolean, number][] = [];
    await restoreInSteps(app, await file(), () => {
      if (app.highlights.peek().pages.length === 2) {
        told.push([summary.arriving.peek(), summary.cells.peek().length]);
      }
    });
    expect(told[0]).toEqual([true, 0]);
    expect([summary.arriving.value, [...summary.cells.value]]).toEqual([false, [0, 2, 7, 9, 11]]);
    // Never a part of them for the whole.
    expect(told.every(([arriving, n]) => (arriving ? n === 0 : n === 5))).toBe(true);
    summary.dispose();
  });

  it('undo and redo find them wherever they were', async () => {
    const app = await whileArriving(here => {
      removeGroup(here, 'highlight_1');
      deletePage(here, 'page_2');
      clearPage(here);
      deleteField(here, MADE);
      undo(here);
      undo(here);
    });
    expect(isArriving(app)).toBe(false);
    expect(cellsOf(app)).toEqual([['Two', [3, 4]]]);
    redo(app);
    expect(cellsOf(app)).toEqual([]);
    for (let steps = 0; steps < 3; steps++) {
      undo(app);
    }
    expect(cellsOf(app)).toEqual(WHOLE);
    undo(app);
    expect(cellsOf(app)).toEqual([]);
    redo(app);
    expect(cellsOf(app)).toEqual(WHOLE);
    expect(isArriving(app)).toBe(false);
  });

  it('come to what was taken back meanwhile', async () => {
    const app = await whileArriving(undo);
    expect(cellsOf(app)).toEqual([]);
    redo(app);
    expect(cellsOf(app)).toEqual(WHOLE);
    expect(app.columns.ready(MADE)?.kind).toBe('categorical');
  });

  it.each<[string, (app: App) => void, string]>([
    ['undone', undo, text.sessionUndone],
    [
      'undone, for something else',
      app => {
        undo(app);
        addGroup(app, 'lasso', 'Mine', Uint32Array.of(5));
      },
      text.sessionUndone
    ],
    [
      'undone and done again',
      app => {
        undo(app);
        redo(app);
      },
      text.sessionShown(null)
    ]
  ])('a session that was %s meanwhile is told as that', async (_, act, words) => {
    const app = await openFixture(N);
    let done = false;
    effect(() => {
      const moment = app.arrival.value?.done.value ?? -1;
      if (moment >= 0 && !done && untracked(() => isArriving(app))) {
        done = true;
        untracked(() => act(app));
      }
    });
    const { undone } = await new Sessions(app).load(await file());
    expect(done).toBe(true);
    expect(undone).toBe(words === text.sessionUndone);
    expect(app.messages.value.at(-1)?.text).toBe(words);
  });

  it('a condition waits for the codes of a field, and ends where they never come', async () => {
    const asked: Promise<unknown>[] = [];
    const app = await whileArriving(here => asked.push(selectWhere(here, 'Made == b', 'replace')));
    expect(await asked[0]).toBe(7);
    expect([...app.candidate.value.cells!]).toEqual([1, 4, 7, 10, 13, 16, 19]);
    const other = await openFixture(N);
    const lost = await whileArriving(here => {
      asked.push(selectWhere(here, 'Made == b', 'replace').catch((error: unknown) => String(error)));
      here.arrival.peek()!.cancel();
    }, other);
    expect(await asked[1]).toContain('no field or gene “Made”');
    expect(lost.candidate.value.cells).toBeNull();
  });

  it('nothing is handed over that is not whole', async () => {
    const app = await whileArriving(here => expect(snapshot(here)).toBeNull());
    expect(snapshot(app)).not.toBeNull();
  });

  it('a second session is refused with words, and the first arrives', async () => {
    const second = await file();
    const refused: Promise<unknown>[] = [];
    const app = await whileArriving(here => {
      refused.push(restoreSession(here, second).catch((error: unknown) => String(error)));
    });
    expect(await refused[0]).toContain(text.stillArriving);
    expect(cellsOf(app)).toEqual(WHOLE);
    expect(app.arrival.value).toBeNull();
  });
});

it('a session that is saved meanwhile has the same chunks, byte for byte', async () => {
  const given = await file();
  const known = takeApart(Buffer.from(await given.arrayBuffer()));
  const chunks = ({ manifest, stored }: typeof known): Record<string, string> =>
    Object.fromEntries(
      manifest.chunks.map((chunk, i) => [
        chunk['id'] as string,
        `${JSON.stringify(chunk)} ${stored[i]!.toString('base64')}`
      ])
    );
  const app = await openFixture(N);
  const saved: Promise<Buffer>[] = [];
  await restoreInSteps(app, given, () => {
    if (isArriving(app)) {
      saved.push(bytesOf(app));
    }
  });
  expect(saved.length).toBeGreaterThan(4);
  for (const one of await Promise.all(saved)) {
    expect(chunks(takeApart(one))).toEqual(chunks(known));
  }
});
