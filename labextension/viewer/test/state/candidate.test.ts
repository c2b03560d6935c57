import { beforeEach, describe, expect, it } from 'vitest';

import type { App } from '../../src/state/app';
import {
  cancelCandidate,
  previewCandidate,
  redoCandidate,
  setCandidate,
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

  it('is gone after cancel, which is a step of its own undo', () => {
    select('replace', 1, 2);
    cancelCandidate(app);
    cancelCandidate(app);
    expect(app.messages.value).toEqual([]);
    expect([candidate(), app.canUndo.value]).toEqual([null, false]);
    undoCandidate(app);
    expect(candidate()).toEqual([1, 2]);
    select('remove', 2);
    cancelCandidate(app);
    expect(app.messages.value.map(({ text }) => text)).toEqual([
      expect.stringContaining('Ctrl Z brings the selection back')
    ]);
    undoCandidate(app);
    expect(candidate()).toEqual([1]);
    expect(app.candidate.value.steps).toHaveLength(2);
  });

  it('begins anew where it is empty and is cut with others', () => {
    select('replace');
    select('intersect', 1, 2);
    expect(candidate()).toEqual([1, 2]);
    expect(app.candidate.value.steps).toHaveLength(1);
    select('remove', 1, 2);
    expect(previewCandidate(app, Uint32Array.of(7), 'intersect')).toBe(1);
  });

  it('keeps no more steps than memory bears', () => {
    const big = 2 ** 24;
    let steps = 0;
    for (let i = 0; i < 60; i++) select('add', 3);
    for (; app.canUndoCandidate.value; steps++) {
      undoCandidate(app);
    }
    expect(steps).toBe(50);
    for (let i = 0; i < 8; i++) {
      setCandidate(app, { ...app.candidate.value, cells: new Uint32Array(big) });
    }
    for (steps = 0; app.canUndoCandidate.value; steps++) {
      undoCandidate(app);
    }
    expect(steps).toBe((256 * 2 ** 20) / (4 * big));
  });
});
