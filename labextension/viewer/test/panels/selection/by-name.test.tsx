// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/preact';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { ByName } from '../../../src/panels/selection/by-name';
import { createUi, type Ui } from '../../../src/panels/ui';
import type { App } from '../../../src/state/app';
import { stepCandidate } from '../../../src/state/candidate';
import { openFixture } from '../../fixture';

let app: App;
let ui: Ui;

beforeEach(async () => {
  app = await openFixture(20);
  ui = createUi(app);
  render(<ByName app={app} ui={ui} />);
});
afterEach(cleanup);

const box = (): HTMLTextAreaElement => screen.getByRole('textbox');
const told = (): string => screen.getByTestId('by-name').textContent;
const selected = (): number[] | null => app.candidate.value.cells && [...app.candidate.value.cells];

function type(words: string): Promise<void> {
  return act(() => void fireEvent.input(box(), { target: { value: words } }));
}

/** Waits for what is said of it. */
async function select(words: string): Promise<void> {
  await type(words);
  await act(() => void fireEvent.submit(screen.getByRole('form')));
  await waitFor(() => expect(told()).not.toBe(''));
  await waitFor(() => expect(screen.getByRole('button', { name: 'Select' }).hasAttribute('disabled')).toBe(false));
}

function begin(...cells: number[]): void {
  const step = { tool: 'lasso', operation: 'replace', view: 'live', dimension: 2, detail: {} } as const;
  stepCandidate(app, Uint32Array.from(cells), step);
}

it('has what was typed when it is opened again, in the way it was typed', async () => {
  await type('cell-1');
  cleanup();
  render(<ByName app={app} ui={ui} />);
  expect(box().value).toBe('cell-1');
  await type('');
  fireEvent.click(screen.getByRole('radio', { name: 'Condition' }));
  await screen.findByRole('textbox', { name: 'Condition' });
  await type('score > 3');
  cleanup();
  render(<ByName app={app} ui={ui} />);
  expect(box().value).toBe('score > 3');
});

it('takes names between semicolons, and says what a space is', async () => {
  await select('cell-1; cell-3;cell-5');
  expect(selected()).toEqual([1, 3, 5]);
  await select('cell-1 cell-3');
  expect(told()).toContain('“cell-1 cell-3”');
  expect(told()).toContain('A space is part of a name');
});

it('says that there is nothing to take cells from', async () => {
  ui.operation.value = 'remove';
  await select('cell-1');
  expect(told()).toBe('Nothing is selected to take cells from: choose Replace or Add.');
  expect(selected()).toBeNull();
});

it.each(['replace', 'intersect', 'add', 'remove'] as const)(
  'leaves the selection as it is where neither a name nor a condition finds a cell: %s',
  async operation => {
    begin(2, 4);
    ui.operation.value = operation;
    await select('nobody');
    expect(selected()).toEqual([2, 4]);
    expect(told()).toContain('the selection stays as it is');
    fireEvent.click(screen.getByRole('radio', { name: 'Condition' }));
    await screen.findByRole('textbox', { name: 'Condition' });
    await select('score > 1000');
    expect(selected()).toEqual([2, 4]);
    expect(told()).toContain('the selection stays as it is');
  }
);
