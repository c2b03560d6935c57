// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/preact';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { BuilderForm } from '../../../src/panels/highlights/builder';
import { Highlights } from '../../../src/panels/highlights/highlights';
import { createUi, type Ui } from '../../../src/panels/ui';
import type { App } from '../../../src/state/app';
import { awaiting } from '../../../src/state/awaited';
import { stepCandidate } from '../../../src/state/candidate';
import { confirmCandidate } from '../../../src/state/confirm';
import { renameGroup } from '../../../src/state/groups';
import { addPage } from '../../../src/state/pages';
import type { Highlights as Pages } from '../../../src/state/types';
import { openFixture } from '../../fixture';

let app: App;
let ui: Ui;

beforeEach(async () => {
  app = await openFixture(20);
  ui = createUi(app);
});
afterEach(cleanup);

function group(...cells: number[]): string {
  const step = { tool: 'lasso', operation: 'replace', view: 'live', dimension: 2, detail: {} } as const;
  stepCandidate(app, Uint32Array.from(cells), step);
  confirmCandidate(app);
  return app.activePage.value.groups.at(-1)!.id;
}

it('tells how many cells a group has, where its label does not', async () => {
  const id = group(1, 2, 3, 4);
  render(<Highlights app={app} ui={ui} />);
  const row = (): string =>
    within(screen.getByRole('list', { name: 'Groups' })).getByRole('listitem').textContent;
  expect(row()).toMatch(/^[^4]*\(4 cells\)$/);
  for (const name of ['CD4 T', 'T (14 cells)']) {
    await act(() => renameGroup(app, id, name));
    expect(row()).toBe(`${name}4`);
  }
});

it('says of a tab how many cells the page has, apart from its name', async () => {
  group(1, 2);
  render(<Highlights app={app} ui={ui} />);
  await act(() => addPage(app));
  const names = screen.getAllByRole('tab').map(tab => tab.getAttribute('aria-label'));
  expect(names).toEqual(['Page 1, 2 cells', 'Page 2, 0 cells']);
});

it('has dots for cells that a session still brings, and no count of those there are', async () => {
  group(1, 2);
  const id = group(3, 4, 5);
  await act(() => renameGroup(app, id, 'Renamed'));
  const wait = (highlights: Pages): Pages => ({
    ...highlights,
    pages: highlights.pages.map(page => ({
      ...page,
      groups: page.groups.map(one => ({ ...one, cells: awaiting(new Uint32Array(), one.cells.length) }))
    }))
  });
  const whole = app.highlights.value;
  app.changes.fill(app.slots.highlights, wait);
  render(<Highlights app={app} ui={ui} />);
  const rows = (): (string | null)[] =>
    within(screen.getByRole('list', { name: 'Groups' }))
      .getAllByRole('listitem')
      .map(row => row.textContent);
  expect(rows()).toEqual(['Lasso (2 cells)…', 'Renamed…']);
  expect(screen.getAllByTitle('3 cells, still arriving')).toHaveLength(1);
  expect(screen.getByRole('tab', { name: 'Page 1, cells still arriving' })).toBeTruthy();
  await act(() => app.changes.fill(app.slots.highlights, () => whole));
  expect(rows()).toEqual(['Lasso (2 cells)', 'Renamed3']);
  expect(screen.getByRole('tab', { name: 'Page 1, 5 cells' })).toBeTruthy();
});

it('keeps what the builder is set to until it has built', async () => {
  group(1, 2);
  const open = (): void => {
    cleanup();
    ui.sheet.value = 'builder';
    render(<BuilderForm app={app} ui={ui} />);
  };
  const name = (): HTMLInputElement => screen.getByLabelText(/^Name/);
  open();
  const proposed = name().value;
  await act(() => void fireEvent.input(name(), { target: { value: 'fate' } }));
  open();
  expect(name().value).toBe('fate');
  await act(() => void fireEvent.submit(name().form!));
  expect(app.fields.value.list.some(field => field.name === 'fate')).toBe(true);
  expect(ui.sheet.value).toBeNull();
  open();
  expect(name().value).toBe(proposed);
});
