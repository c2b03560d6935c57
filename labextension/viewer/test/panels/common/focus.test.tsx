// @vitest-environment jsdom
import { useComputed } from '@preact/signals';
import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/preact';
import type { ComponentChildren, JSX } from 'preact';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { WindowFrame } from '../../../src/panels/analysis/frame';
import { WindowsMenu } from '../../../src/panels/analysis/windows-menu';
import { Fields } from '../../../src/panels/fields/fields';
import { Filters } from '../../../src/panels/filters/filters';
import { Highlights } from '../../../src/panels/highlights/highlights';
import { Selection } from '../../../src/panels/selection/selection';
import { createUi, type Ui } from '../../../src/panels/ui';
import { Badges } from '../../../src/panels/views/badges';
import type { App } from '../../../src/state/app';
import { stepCandidate } from '../../../src/state/candidate';
import { confirmCandidate } from '../../../src/state/confirm';
import { deleteField } from '../../../src/state/field-edits';
import { setRange, toggleCategory } from '../../../src/state/filters';
import { keepView, setLayout } from '../../../src/state/layout';
import { openWindow } from '../../../src/state/windows';
import { loaded, openFixture } from '../../fixture';

const KIND = { source: 'obs', key: 'kind' } as const;
const SCORE = { source: 'obs', key: 'score' } as const;

let app: App;
let ui: Ui;

beforeEach(async () => {
  app = await openFixture(20);
  ui = createUi(app);
});
afterEach(cleanup);

/** A part of the page, beside the picture. */
function show(part: ComponentChildren): void {
  render(
    <>
      {part}
      <div class="cx-picture">
        <canvas tabIndex={0} />
      </div>
    </>
  );
}

/** The windows without what is in them. */
function Frames(): JSX.Element {
  const windows = useComputed(() => app.windows.value).value;
  const inOrder = [...windows].sort((a, b) => a.id.localeCompare(b.id));
  return (
    <div>
      {inOrder.map(window => (
        <WindowFrame
          key={window.id}
          app={app}
          ui={ui}
          window={window}
          layer={0}
          room={{ width: 900, height: 900 }}
        >
          {null}
        </WindowFrame>
      ))}
    </div>
  );
}

/** Press a button by the keyboard: it has the focus then. */
async function press(button: HTMLElement): Promise<void> {
  button.focus();
  await act(() => void fireEvent.click(button));
}

const button = (name: string): HTMLElement => screen.getByRole('button', { name });
const focused = (): string | undefined =>
  document.activeElement?.getAttribute('aria-label') ??
  document.activeElement?.textContent ??
  undefined;
const onPicture = (): boolean => document.activeElement instanceof HTMLCanvasElement;

function select(...cells: number[]): void {
  const step = { tool: 'lasso', operation: 'replace', view: 'live', dimension: 2, detail: {} } as const;
  stepCandidate(app, Uint32Array.from(cells), step);
}

it('goes to the next group when one is removed, then to the one before, then to the heading', async () => {
  for (const cell of [1, 2, 3]) {
    select(cell, 4);
    confirmCandidate(app);
  }
  const ids = app.activePage.value.groups.map(group => group.id);
  show(<Highlights app={app} ui={ui} />);
  const remove = async (at: number): Promise<void> => {
    const row = within(screen.getByRole('list', { name: 'Groups' })).getAllByRole('listitem')[at]!;
    await press(within(row).getByRole('button'));
    await press(screen.getByRole('menuitem', { name: 'Remove', hidden: true }));
  };
  const menu = (at: number): HTMLElement =>
    within(screen.getByRole('list', { name: 'Groups' })).getAllByRole('button')[at]!;
  await remove(1);
  expect(app.activePage.value.groups.map(group => group.id)).toEqual([ids[0], ids[2]]);
  expect(document.activeElement).toBe(menu(1));
  await remove(1);
  expect(document.activeElement).toBe(menu(0));
  await remove(0);
  expect(focused()).toBe('Highlights');
});

it('goes on from a filter that is removed', async () => {
  app.need({ columns: [KIND, SCORE] });
  await loaded(app);
  toggleCategory(app, KIND, 'NK', false);
  setRange(app, SCORE, 3, 9);
  show(<Filters app={app} />);
  const remove = (): HTMLElement[] => screen.getAllByRole('button', { name: /^Remove the/ });
  const [first] = remove();
  await press(first!);
  expect(remove()).toHaveLength(1);
  expect(document.activeElement).toBe(remove()[0]);
  await press(remove()[0]!);
  expect(focused()).toBe('Filters');
  toggleCategory(app, KIND, 'NK', false);
  await press(await screen.findByRole('button', { name: 'Remove all' }));
  expect(focused()).toBe('Filters');
});

it('goes on from a field that is restored', async () => {
  deleteField(app, KIND);
  deleteField(app, SCORE);
  show(<Fields app={app} />);
  await press(button('Deleted fields (2)'));
  await press(button('Restore kind'));
  expect(focused()).toBe('Restore score');
  await press(button('Restore score'));
  expect(onPicture()).toBe(true);
});

it('goes to a window that is opened or doubled, and on from one that is closed', async () => {
  show(
    <>
      <WindowsMenu app={app} ui={ui} />
      <Frames />
    </>
  );
  await press(button('Analysis windows'));
  await press(screen.getByRole('menuitem', { name: 'Distribution', hidden: true }));
  const titles = (): HTMLElement[] => screen.getAllByRole('button', { name: /^Move Distribution/ });
  expect(document.activeElement).toBe(titles()[0]);
  await press(button('Duplicate Distribution'));
  expect(titles()).toHaveLength(2);
  expect(document.activeElement).toBe(titles()[1]);
  await press(screen.getAllByRole('button', { name: 'Close Distribution' })[0]!);
  expect(document.activeElement).toBe(button('Close Distribution'));
  await press(button('Close Distribution'));
  expect(onPicture()).toBe(true);
});

it('stays out of a window that comes otherwise', async () => {
  show(<Frames />);
  await act(() => openWindow(app, 'distribution'));
  expect(document.activeElement).toBe(document.body);
});

it('goes to another view when one is removed', async () => {
  keepView(app);
  keepView(app);
  setLayout(app, 'grid');
  const place = { left: 0, top: 0, width: 100, height: 100 };
  app.places.value = new Map(app.views.value.map(({ id }) => [id, place]));
  show(<Badges app={app} />);
  await press(button('Remove View 1'));
  expect(focused()).toBe('Remove View 2');
  await press(button('Remove View 2'));
  expect(onPicture()).toBe(true);
});

it('goes to the picture from what is done with a selection', async () => {
  app.tool.value = 'lasso';
  select(1, 2);
  show(<Selection app={app} ui={ui} />);
  await press(button('Confirm'));
  expect(app.activePage.value.groups).toHaveLength(1);
  expect(onPicture()).toBe(true);
  await act(() => select(3));
  await press(button('Cancel'));
  expect(app.candidate.value.cells).toBeNull();
  expect(onPicture()).toBe(true);
  await act(() => select(4));
  while (!(button('Undo') as HTMLButtonElement).disabled) {
    await press(button('Undo'));
  }
  expect(onPicture()).toBe(true);
});
