// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/preact';
import { afterEach, describe, expect, it } from 'vitest';

import { Dataset } from '../../../src/data/dataset';
import { LegendPanel } from '../../../src/panels/legend/legend';
import { App } from '../../../src/state/app';
import { setRange } from '../../../src/state/filters';
import { deleteCategories } from '../../../src/state/regrouping';
import { setField } from '../../../src/state/views';
import { filesOf, loaded } from '../../fixture';
import { withOutliers } from '../../outliers';

const N = 24;
const KIND = { source: 'obs', key: 'kind' } as const;
const SCORE = { source: 'obs', key: 'score' } as const;

afterEach(cleanup);

async function opened(): Promise<App> {
  const app = new App(await Dataset.open(filesOf(withOutliers(N, cell => (cell + 1) / N))));
  app.need({ columns: [KIND, SCORE] });
  await loaded(app);
  render(<LegendPanel app={app} />);
  return app;
}

function names(): (string | null)[] {
  const rows = within(screen.getByRole('list', { name: 'Legend' })).getAllByRole('checkbox');
  return rows.map(row => row.getAttribute('aria-label'));
}

describe('the legend of categories', () => {
  it('stands as in the data, by name or by number of cells', async () => {
    const app = await opened();
    setRange(app, SCORE, 1, 21);
    const expectOrder = async (by: string, expected: string[]): Promise<void> => {
      fireEvent.click(screen.getByRole('button', { name: 'Order of categories' }));
      // jsdom knows no popover, and takes it for hidden.
      fireEvent.click(await screen.findByRole('menuitemcheckbox', { name: by, hidden: true }));
      await waitFor(() => expect(names()).toEqual(expected));
    };
    expect(names()).toEqual(['B cell', 'T cell', 'NK']);
    await expectOrder('By name', ['B cell', 'NK', 'T cell']);
    // The range leaves 5 of B cell, 6 of T cell and 5 of NK.
    await expectOrder('By number of cells', ['T cell', 'B cell', 'NK']);
    await expectOrder('As in the data', ['B cell', 'T cell', 'NK']);
  });

  it('says why a field that was made of another has no outliers', async () => {
    const app = await opened();
    expect(screen.getByRole('slider', { name: 'Outliers' })).toBeTruthy();
    deleteCategories(app, KIND, ['NK']);
    await screen.findByText(/Outliers are told for the categories of “kind”/);
    expect(screen.queryByRole('slider', { name: 'Outliers' })).toBeNull();
  });
});

describe('the legend of numbers', () => {
  it('takes an empty box for the end of what there is, and puts back what it refuses', async () => {
    const app = await opened();
    setField(app, SCORE);
    const box = await screen.findByRole('textbox', { name: 'Lowest value shown, as a number' });
    const type = (value: string): string => {
      fireEvent.change(box, { target: { value } });
      return (box as HTMLInputElement).value;
    };
    expect(type('4.5')).toBe('4.5');
    expect(type('x')).toBe('4.5');
    expect(type('99')).toBe('4.5');
    expect(app.nVisible.value).toBe(N - 5);
    expect(type('4.5')).toBe('4.5');
    expect(app.nVisible.value).toBe(N - 5);
    expect(type('')).toBe('1');
    // The range is that of all, and the missing value is still to be asked for.
    expect(app.nVisible.value).toBe(N - 1);
    const missing = screen.getByRole<HTMLInputElement>('checkbox', { name: 'Missing' });
    expect(missing.checked).toBe(false);
    fireEvent.click(missing);
    expect(app.nVisible.value).toBe(N);
    expect(app.messages.value).toHaveLength(2);
  });
});
