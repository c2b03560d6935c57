// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/preact';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { Selection } from '../../../src/panels/selection/selection';
import { createUi } from '../../../src/panels/ui';
import type { App } from '../../../src/state/app';
import { stepCandidate } from '../../../src/state/candidate';
import { addPage } from '../../../src/state/pages';
import { openFixture } from '../../fixture';

let app: App;

beforeEach(async () => {
  app = await openFixture(20);
  render(<Selection app={app} ui={createUi(app)} />);
});

afterEach(cleanup);

const pressed = (): (string | null)[] =>
  screen
    .getAllByRole('button', { pressed: true })
    .map(button => button.getAttribute('aria-label'));

function select(): void {
  const step = { tool: 'lasso', operation: 'replace', view: 'live', dimension: 2, detail: {} } as const;
  void act(() => stepCandidate(app, Uint32Array.of(1, 2), step));
}

it('stands there once a tool is chosen, or a selection begun', () => {
  expect(screen.queryByRole('toolbar')).toBeNull();
  void act(() => void (app.tool.value = 'proximity'));
  expect(screen.getByTestId('candidate').textContent).toBe('Press on a cell and drag a radius');
  void act(() => void (app.tool.value = null));
  expect(screen.queryByRole('toolbar')).toBeNull();
  select();
  expect(screen.getByTestId('candidate').textContent).toBe('2 cells');
});

it('tells how many cells there would be while a gesture is made', () => {
  select();
  void act(() => void (app.preview.value = Uint32Array.of(1, 2, 3)));
  expect(screen.getByTestId('candidate').textContent).toBe('3 cells');
});

it('lights up what the keys that are held mean', () => {
  void act(() => void (app.tool.value = 'lasso'));
  expect(pressed()).toEqual(['Replace']);
  fireEvent.keyDown(document.body, { key: 'Alt', altKey: true });
  expect(pressed()).toEqual(['Intersect']);
  fireEvent.keyDown(document.body, { key: 'Shift', altKey: true, shiftKey: true });
  expect(pressed()).toEqual(['Add']);
  fireEvent.keyDown(document.body, { key: 'Control', altKey: true, ctrlKey: true });
  expect(pressed()).toEqual(['Remove']);
  fireEvent.keyUp(document.body, { key: 'Alt' });
  expect(pressed()).toEqual(['Replace']);
});

it('says to which page Confirm goes where that is not shown', () => {
  select();
  screen.getByRole('button', { name: 'Confirm' });
  void act(() => addPage(app));
  fireEvent.click(screen.getByRole('button', { name: 'Confirm to Page 1' }));
  expect(app.highlights.value.pages.map(page => page.groups.length)).toEqual([1, 0]);
});
