// @vitest-environment jsdom
import { signal } from '@preact/signals';
import { act, cleanup, fireEvent, render, screen } from '@testing-library/preact';
import { afterEach, expect, it } from 'vitest';

import { Section } from '../../../src/panels/common/section';
import { createUi, setPanelOpen } from '../../../src/panels/ui';
import { unfold } from '../../../src/state/panels';
import { openFixture } from '../../fixture';

afterEach(cleanup);

it('a section is folded by its heading, and stands as the state has it', async () => {
  const app = await openFixture(20);
  render(
    <>
      <Section app={app} name="filters" title="Filters">
        <p>first</p>
      </Section>
      <Section app={app} name="summary" title="Summary" folded>
        <p>second</p>
      </Section>
    </>
  );
  const shown = (): boolean[] => ['first', 'second'].map(words => screen.queryByText(words) !== null);
  expect(shown()).toEqual([true, false]);
  for (const name of ['Filters', 'Summary']) {
    fireEvent.click(screen.getByRole('button', { name }));
  }
  await act(() => undefined);
  expect(shown()).toEqual([false, true]);
  expect(app.canUndo.value).toBe(false);
  // As a session has it that is restored.
  await act(() => unfold(app, 'filters', true));
  expect(shown()).toEqual([true, true]);
});

it('the panel is this page’s own where it lies over the picture, and is saved where it does not', async () => {
  const app = await openFixture(4);
  const narrow = signal(false);
  const ui = createUi(app, narrow);
  expect(ui.panelOpen.value).toBe(true);
  setPanelOpen(app, ui, false);
  expect([ui.panelOpen.value, app.panels.value.open]).toEqual([false, false]);
  narrow.value = true;
  setPanelOpen(app, ui, true);
  expect([ui.panelOpen.value, app.panels.value.open]).toEqual([true, false]);
  narrow.value = false;
  expect(ui.panelOpen.value).toBe(false);
});
