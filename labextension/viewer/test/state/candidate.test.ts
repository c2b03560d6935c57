import { beforeEach, describe, expect, it } from 'vitest';

import type { App } from '../../src/state/app';
import {
  cancelCandidate,
  redoCandidate,
  stepCandidate,
  undoCandidate
} from '../../src/state/candidate';
import { toggleCategory } from '../../src/state/filters';
import type { SetOperation } from '../../src/state/types';
import { openFixture } from '../fixture';

let app: App;

beforeEach(async () => {
  app = await openFixture(20);
});

function select(operation: SetOperation, ...cells: number[]): void {
  const step = { tool: 'lasso', operation, view: 'live', dimension: 2, detail: {} } as const;
  stepCandidate(app, Uint32Array.from(cells), step);
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
