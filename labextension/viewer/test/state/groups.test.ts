import { beforeEach, describe, expect, it } from 'vitest';

import type { App } from '../../src/state/app';
import { cancelCandidate, stepCandidate, undoCandidate } from '../../src/state/candidate';
import { confirmCandidate } from '../../src/state/confirm';
import {
  addGroup,
  copyGroup,
  moveGroup,
  removeGroup,
  renameGroup,
  reopenGroup,
  setGroupColor,
  setGroupEnabled
} from '../../src/state/groups';
import { activatePage, addPage, deletePage } from '../../src/state/pages';
import type { Done, Group, RecipeStep, SetOperation } from '../../src/state/types';
import { redo, undo } from '../../src/state/undo';
import { openFixture } from '../fixture';

let app: App;
let confirmed: Done[];

beforeEach(async () => {
  app = await openFixture(20);
  confirmed = [];
  app.onDone(event => confirmed.push(event));
});

function step(operation: SetOperation, tool = 'lasso'): RecipeStep {
  return { tool, operation, view: 'live', dimension: 2, detail: {} };
}

function select(operation: SetOperation, ...cells: number[]): void {
  stepCandidate(app, Uint32Array.from(cells), step(operation));
}

function candidate(): number[] | null {
  const { cells } = app.candidate.value;
  return cells && [...cells];
}

function groups(page = app.activePage.value.id): readonly Group[] {
  return app.highlights.value.pages.find(({ id }) => id === page)!.groups;
}

function ids(page?: string): string[] {
  return groups(page).map(({ id }) => id);
}

describe('Confirm', () => {
  it('makes a group of the candidate set, and tells it', () => {
    select('replace', 1, 2);
    const group = confirmCandidate(app);
    expect(group).toMatchObject({ id: 'highlight_1', type: 'lasso', label: 'Lasso (2 cells)' });
    expect(groups()).toEqual([group]);
    expect([...app.highlighted.value]).toEqual([1, 2]);
    expect(candidate()).toBeNull();
    expect(confirmed).toEqual([
      {
        type: 'selection',
        groupId: 'highlight_1',
        label: 'Lasso (2 cells)',
        source: 'lasso',
        cells: group?.cells
      }
    ]);
  });

  it('makes none of nothing', () => {
    expect(confirmCandidate(app)).toBeNull();
    select('replace', 1);
    select('remove', 1);
    expect(confirmCandidate(app)).toBeNull();
    expect(candidate()).toEqual([]);
    expect(confirmed).toEqual([]);
  });

  it('makes a combined one where several tools were used', () => {
    select('replace', 1, 2);
    stepCandidate(app, Uint32Array.of(3), step('add', 'knn'));
    expect(confirmCandidate(app)).toMatchObject({ type: 'combined', label: 'Combined (3 cells)' });
  });

  it('can be undone and redone, and never gives an id to another', () => {
    select('replace', 1);
    confirmCandidate(app);
    undo(app);
    expect(groups()).toEqual([]);
    redo(app);
    expect(groups()).toHaveLength(1);
    undo(app);
    select('replace', 2);
    expect(confirmCandidate(app)?.id).toBe('highlight_2');
  });

  it('that is undone is being selected again, and is not when it is done again', () => {
    select('replace', 1, 2);
    select('add', 3);
    const before = app.candidate.value;
    confirmCandidate(app);
    undo(app);
    expect([groups().length, app.candidate.value]).toEqual([0, before]);
    redo(app);
    expect([groups().length, candidate()]).toEqual([1, null]);
  });

  it('is undone without touching a selection begun since', () => {
    select('replace', 1);
    confirmCandidate(app);
    select('replace', 7, 8);
    undo(app);
    expect(candidate()).toEqual([7, 8]);
  });

  it('goes to the page where the selection began, and says so', () => {
    addPage(app);
    activatePage(app, 'page_1');
    select('replace', 1);
    activatePage(app, 'page_2');
    confirmCandidate(app);
    expect([ids('page_1'), ids('page_2')]).toEqual([['highlight_1'], []]);
    expect(app.messages.value.at(-1)?.text).toContain('“Page 1”');
  });

  it('goes to the active page where that one is gone', () => {
    addPage(app);
    select('replace', 1);
    deletePage(app, 'page_2');
    confirmCandidate(app);
    expect(ids('page_1')).toEqual(['highlight_1']);
  });
});

describe('a group that is edited', () => {
  beforeEach(() => {
    select('replace', 1, 2);
    confirmCandidate(app);
    select('replace', 9);
    confirmCandidate(app);
    setGroupColor(app, 'highlight_1', '#00ff00');
  });

  it('is the candidate set again, with its recipe', () => {
    reopenGroup(app, 'highlight_1');
    expect(candidate()).toEqual([1, 2]);
    expect(app.candidate.value.steps).toEqual(groups()[0]?.recipe);
    undoCandidate(app);
    expect(candidate()).toBeNull();
  });

  it('is replaced in its place on Confirm, from whichever page', () => {
    reopenGroup(app, 'highlight_1');
    select('add', 5);
    addPage(app);
    expect(confirmCandidate(app)?.id).toBe('highlight_1');
    expect(ids('page_1')).toEqual(['highlight_1', 'highlight_2']);
    expect(groups('page_1')[0]).toMatchObject({
      label: 'Lasso (3 cells)',
      color: '#00ff00',
      cells: Uint32Array.of(1, 2, 5),
      recipe: [{ operation: 'replace' }, { operation: 'add' }]
    });
    undo(app);
    expect([...groups('page_1')[0]!.cells]).toEqual([1, 2]);
  });

  it('keeps a name that was given to it', () => {
    renameGroup(app, 'highlight_1', 'Mine');
    reopenGroup(app, 'highlight_1');
    select('remove', 1);
    expect(confirmCandidate(app)).toMatchObject({ label: 'Mine' });
  });

  it('stays as it is on Cancel', () => {
    const before = groups();
    reopenGroup(app, 'highlight_1');
    select('add', 5);
    cancelCandidate(app);
    expect(groups()).toBe(before);
    select('replace', 3);
    expect(confirmCandidate(app)?.id).toBe('highlight_3');
  });

  it('leaves what was begun before it, which Cancel and Confirm go back to', () => {
    select('replace', 7);
    const begun = app.candidate.value;
    reopenGroup(app, 'highlight_1');
    reopenGroup(app, 'highlight_1');
    reopenGroup(app, 'highlight_2');
    cancelCandidate(app);
    expect(app.candidate.value.groupId).toBe('highlight_1');
    cancelCandidate(app);
    expect(app.candidate.value).toBe(begun);
    reopenGroup(app, 'highlight_1');
    select('add', 5);
    confirmCandidate(app);
    expect(app.candidate.value).toBe(begun);
    expect(groups()[0]!.cells).toEqual(Uint32Array.of(1, 2, 5));
  });

  it('is a new one where it was removed meanwhile', () => {
    reopenGroup(app, 'highlight_1');
    removeGroup(app, 'highlight_1');
    expect(confirmCandidate(app)?.id).toBe('highlight_3');
  });

  it('keeps what else was told of it only while its cells are the same', () => {
    const extra = { fieldKey: 'kind' };
    app.changes.change('test', () => {
      const { pages, ...rest } = app.highlights.value;
      const made = { ...pages[0]!.groups[0]!, extra };
      app.slots.highlights.set({ ...rest, pages: [{ ...pages[0]!, groups: [made] }] });
    });
    reopenGroup(app, 'highlight_1');
    expect(confirmCandidate(app)?.extra).toEqual(extra);
    reopenGroup(app, 'highlight_1');
    select('add', 7);
    expect(confirmCandidate(app)?.extra).toEqual({});
  });

  it('is combined where nobody knows how it was made', () => {
    addGroup(app, 'range', 'From a file', Uint32Array.of(1, 2));
    reopenGroup(app, 'highlight_3');
    expect(confirmCandidate(app)?.type).toBe('range');
    reopenGroup(app, 'highlight_3');
    select('add', 7);
    expect(confirmCandidate(app)?.type).toBe('combined');
  });
});

describe('groups', () => {
  beforeEach(() => {
    addGroup(app, 'combined', 'A', Uint32Array.of(1, 2));
    addGroup(app, 'combined', 'B', Uint32Array.of(2, 3));
  });

  it('are renamed, switched off and removed', () => {
    renameGroup(app, 'highlight_1', '  T cells ');
    renameGroup(app, 'highlight_2', '   ');
    expect(groups().map(({ label }) => label)).toEqual(['T cells', 'B']);
    expect([...app.highlighted.value]).toEqual([1, 2, 3]);
    setGroupEnabled(app, 'highlight_1', false);
    expect([...app.highlighted.value]).toEqual([2, 3]);
    removeGroup(app, 'highlight_2');
    expect([...app.highlighted.value]).toEqual([]);
    undo(app);
    undo(app);
    expect([...app.highlighted.value]).toEqual([1, 2, 3]);
  });

  it('have a colour of their own, chosen in one step, or their page’s', () => {
    for (const color of ['#000001', '#000002', '#000003']) {
      setGroupColor(app, 'highlight_1', color);
    }
    setGroupColor(app, 'highlight_1', 'red');
    expect(groups()[0]?.color).toBe('#000003');
    undo(app);
    expect(groups()[0]?.color).toBeNull();
  });

  it('are moved to the end of a page, and back in their order', () => {
    addPage(app);
    moveGroup(app, 'highlight_1', 'page_2');
    expect([ids('page_1'), ids('page_2')]).toEqual([['highlight_2'], ['highlight_1']]);
    moveGroup(app, 'highlight_1', 'page_2');
    moveGroup(app, 'highlight_9', 'page_2');
    moveGroup(app, 'highlight_1', 'page_9');
    undo(app);
    expect([ids('page_1'), ids('page_2')]).toEqual([['highlight_1', 'highlight_2'], []]);
  });

  it('are copied under an id of their own', () => {
    addPage(app);
    copyGroup(app, 'highlight_1', 'page_2');
    expect([ids('page_1'), ids('page_2')]).toEqual([
      ['highlight_1', 'highlight_2'],
      ['highlight_3']
    ]);
    expect(groups('page_2')[0]).toMatchObject({ label: 'A', cells: Uint32Array.of(1, 2) });
  });

  it('from Python are not told to Python', () => {
    expect(confirmed).toEqual([]);
    expect(app.changes.past.value.map(({ origin }) => origin)).toEqual(['python', 'python']);
  });

  it('that are as asked already are no step of undo', () => {
    const { length } = app.changes.past.value;
    setGroupEnabled(app, 'highlight_1', true);
    setGroupColor(app, 'highlight_1', null);
    renameGroup(app, 'highlight_1', 'A');
    moveGroup(app, 'highlight_1', 'page_1');
    expect(app.changes.past.value).toHaveLength(length);
  });
});
