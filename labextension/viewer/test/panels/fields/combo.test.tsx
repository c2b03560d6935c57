// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/preact';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { Fields } from '../../../src/panels/fields/fields';
import { listen } from '../../../src/panels/input/keys';
import { createUi } from '../../../src/panels/ui';
import type { App } from '../../../src/state/app';
import { openFixture } from '../../fixture';

let app: App;
let stop: () => void;

beforeEach(async () => {
  app = await openFixture(20);
  stop = listen(document, { app, ui: createUi(app), stage: () => null, cancelGesture: () => false });
  render(
    <>
      <Fields app={app} />
      <div class="cx-picture">
        <canvas tabIndex={0} />
      </div>
    </>
  );
});
afterEach(() => {
  stop();
  cleanup();
});

const box = (): HTMLInputElement => screen.getByRole('combobox', { name: 'Colour by' });

async function choose(name: string): Promise<void> {
  box().focus();
  await act(() => void fireEvent.input(box(), { target: { value: name } }));
  await act(() => void fireEvent.keyDown(box(), { key: 'Enter' }));
}

it('gives the focus to the picture once a field is chosen', async () => {
  await choose('score');
  expect(box().value).toBe('score');
  expect(document.activeElement).toBeInstanceOf(HTMLCanvasElement);
  fireEvent.keyDown(document.activeElement!, { key: 'l' });
  expect(app.tool.value).toBe('lasso');
});

it('undoes what the page did while nothing is typed in it, and tells what is shown', async () => {
  const before = box().value;
  await choose('score');
  const undo = (): Promise<void> =>
    act(() => void fireEvent.keyDown(box(), { key: 'z', ctrlKey: true }));
  box().focus();
  await act(() => void fireEvent.input(box(), { target: { value: 'ki' } }));
  await undo();
  expect(app.activeView.value.field?.key).toBe('score');
  await act(() => void fireEvent.keyDown(box(), { key: 'Escape' }));
  expect(box().value).toBe('score');
  await undo();
  expect(app.activeView.value.field?.key).not.toBe('score');
  expect(box().value).toBe(before);
});
