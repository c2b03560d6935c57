import { beforeEach, describe, expect, it } from 'vitest';

import type { App } from '../../src/state/app';
import { toggleCategory } from '../../src/state/filters';
import {
  addGroup,
  cancelCandidate,
  clearPage,
  confirmCandidate,
  redoCandidate,
  removeGroup,
  renameGroup,
  renamePage,
  setGroupEnabled,
  stepCandidate,
  undoCandidate
} from '../../src/state/highlights';
import type { Done, RecipeStep, SetOperation } from '../../src/state/types';
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

describe('the candidate set', () => {
  it.each<SetOperation>(['replace', 'intersect', 'add'])('begins with %s', operation => {
    select(operation, 1, 2);
    expect(candidate()).toEqual([1, 2]);
  });

  it('does not begin with remove', () => {
    select('remove', 1, 2);
    expect(candidate()).toBeNull();
  });

  it('is built in steps, which can be undone and redone', () => {
    select('replace', 1, 2, 3);
    select('intersect', 2, 3, 4);
    select('add', 9);
    select('remove', 2);
    expect(candidate()).toEqual([3, 9]);
    expect(app.candidate.value.steps.map(({ operation }) => operation)).toEqual([
      'replace',
      'intersect',
      'add',
      'remove'
    ]);
    undoCandidate(app);
    undoCandidate(app);
    expect(candidate()).toEqual([2, 3]);
    redoCandidate(app);
    expect(candidate()).toEqual([2, 3, 9]);
    select('replace', 5);
    expect(app.canRedoCandidate.value).toBe(false);
    expect(app.candidate.value.steps).toHaveLength(1);
    for (let i = 0; i < 9; i++) {
      undoCandidate(app);
    }
    expect(candidate()).toBeNull();
  });

  it('takes visible cells only, keeps what it has, and says so', () => {
    select('replace', 0, 1);
    toggleCategory(app, { source: 'obs', key: 'kind' }, 'B cell', false);
    select('add', 2, 4);
    expect(candidate()).toEqual([0, 1, 2]);
    expect(app.messages.value.at(-1)?.text).toContain('1 hidden');
  });

  it('is gone after cancel, and is no step of undo', () => {
    select('replace', 1);
    cancelCandidate(app);
    expect(candidate()).toBeNull();
    expect([app.canUndo.value, app.canUndoCandidate.value]).toEqual([false, false]);
  });
});

describe('groups', () => {
  it('are made of the candidate set on Confirm, and told', () => {
    select('replace', 1, 2);
    const group = confirmCandidate(app);
    expect(group).toMatchObject({ id: 'highlight_1', type: 'lasso', label: 'Lasso (2 cells)' });
    expect(app.activePage.value.groups).toEqual([group]);
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

  it('are not made of nothing', () => {
    expect(confirmCandidate(app)).toBeNull();
    select('replace', 1);
    select('remove', 1);
    expect(confirmCandidate(app)).toBeNull();
    expect(candidate()).toEqual([]);
    expect(confirmed).toEqual([]);
  });

  it('are combined when made by several tools', () => {
    select('replace', 1, 2);
    stepCandidate(app, Uint32Array.of(3), step('add', 'knn'));
    expect(confirmCandidate(app)).toMatchObject({ type: 'combined', label: 'Combined (3 cells)' });
  });

  it('can be undone and redone, and never give their id to another', () => {
    select('replace', 1);
    confirmCandidate(app);
    undo(app);
    expect(app.activePage.value.groups).toEqual([]);
    redo(app);
    expect(app.activePage.value.groups).toHaveLength(1);
    undo(app);
    select('replace', 2);
    expect(confirmCandidate(app)?.id).toBe('highlight_2');
  });

  it('are undone without touching a selection begun since', () => {
    select('replace', 1);
    confirmCandidate(app);
    select('replace', 7, 8);
    undo(app);
    expect(candidate()).toEqual([7, 8]);
  });

  it('are renamed, switched off and removed', () => {
    addGroup(app, 'combined', 'A', Uint32Array.of(1, 2));
    addGroup(app, 'combined', 'B', Uint32Array.of(2, 3));
    renameGroup(app, 'highlight_1', '  T cells ');
    renameGroup(app, 'highlight_2', '   ');
    expect(app.activePage.value.groups.map(({ label }) => label)).toEqual(['T cells', 'B']);
    expect([...app.highlighted.value]).toEqual([1, 2, 3]);
    setGroupEnabled(app, 'highlight_1', false);
    expect([...app.highlighted.value]).toEqual([2, 3]);
    removeGroup(app, 'highlight_2');
    expect([...app.highlighted.value]).toEqual([]);
    clearPage(app);
    expect(app.activePage.value.groups).toEqual([]);
    undo(app);
    undo(app);
    expect([...app.highlighted.value]).toEqual([2, 3]);
  });

  it('from Python are not told to Python', () => {
    addGroup(app, 'combined', 'A', Uint32Array.of(1));
    expect(confirmed).toEqual([]);
    expect(app.changes.past.value.map(({ origin }) => origin)).toEqual(['python']);
  });

  it('stand on pages, which have a name', () => {
    renamePage(app, 'page_1', 'Mine');
    renamePage(app, 'page_1', '');
    expect(app.activePage.value.name).toBe('Mine');
  });
});
