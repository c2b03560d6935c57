import { describe, expect, it } from 'vitest';

import { Dataset } from '../../src/data/dataset';
import { App } from '../../src/state/app';
import {
  hideCategories,
  setRange,
  showOnlyCategory,
  toggleCategory,
  toggleMissing
} from '../../src/state/filters';
import { legendOf, type CategoryLegend, type NumberLegend } from '../../src/state/legend';
import { setLog, setRangeFollows } from '../../src/state/look';
import { undo } from '../../src/state/undo';
import { setCamera, setColormap, setField } from '../../src/state/views';
import { filesOf, loaded, tables } from '../fixture';

const N = 24;
const KIND = { source: 'obs', key: 'kind' } as const;
const SCORE = { source: 'obs', key: 'score' } as const;
const GENE = { source: 'var', key: 'CD3E' } as const;

async function opened(score?: Float32Array): Promise<App> {
  const given = tables(N);
  if (score) {
    given.binaries['obs/score.values.f32'] = score;
  }
  const app = new App(await Dataset.open(filesOf(given)));
  setField(app, score ? SCORE : KIND);
  app.need({ columns: [SCORE, GENE] });
  await loaded(app);
  return app;
}

describe('the legend of categories', () => {
  it('tells what is visible of what all other filters let through', async () => {
    const app = await opened();
    const legend = legendOf(app);
    const counts = (): unknown =>
      (legend.value as CategoryLegend).entries.map(({ total, available, visible, shown }) => [
        total,
        available,
        visible,
        shown
      ]);
    toggleCategory(app, KIND, 'NK', false);
    expect(counts()).toEqual([
      [6, 6, 6, true],
      [6, 6, 6, true],
      [6, 6, 0, false]
    ]);
    setRange(app, SCORE, 8, 23);
    expect(counts()).toEqual([
      [6, 4, 4, true],
      [6, 4, 4, true],
      [6, 4, 0, false]
    ]);
    showOnlyCategory(app, KIND, 'NK');
    expect(counts()).toEqual([
      [6, 4, 0, false],
      [6, 4, 0, false],
      [6, 4, 4, true]
    ]);
    const { missing } = legend.value as CategoryLegend;
    expect(missing).toMatchObject({ total: 6, available: 4, visible: 0, shown: false });
    expect(app.nVisible.value).toBe(4);
  });

  it('holds for 100,000 categories, most of them hidden', async () => {
    const n = 100_000;
    const given = tables(n);
    const names = Array.from({ length: n }, (_, i) => `clone ${i}`);
    const manifest = given.documents['obs_manifest.json'] as Record<string, unknown>;
    manifest['_categoricalFields'] = [['kind', names, 'uint32', 4294967295, {}]];
    const codes = Uint32Array.from({ length: n }, (_, i) => i);
    given.binaries['obs/kind.codes.u32'] = codes as unknown as Uint8Array;
    const app = new App(await Dataset.open(filesOf(given)));
    setField(app, KIND);
    await loaded(app);
    hideCategories(app, KIND, names.slice(10));
    toggleCategory(app, KIND, 'clone 99999', true);
    expect(app.nVisible.value).toBe(11);
    const { entries } = legendOf(app).value as CategoryLegend;
    expect(entries.filter(entry => entry.shown)).toHaveLength(11);
    expect(new Set(entries.map(entry => entry.color)).size).toBeLessThanOrEqual(1024);
  });
});

describe('the legend of numbers', () => {
  const legend = (app: App): NumberLegend => legendOf(app).value as NumberLegend;
  const total = (bins: Uint32Array): number => bins.reduce((sum, count) => sum + count, 0);

  it('has a histogram of all cells, and of the visible ones', async () => {
    const app = await opened(Float32Array.from({ length: N }, (_, i) => (i === 0 ? NaN : i)));
    expect(total(legend(app).all)).toBe(N - 1);
    expect(legend(app).visible).toEqual(legend(app).all);
    setRange(app, SCORE, 4, 12);
    setRange(app, GENE, 1, 2);
    // 4, 5, 7, 8, 10, 11 of 4 … 12 have a gene that is not zero.
    expect(total(legend(app).visible)).toBe(6);
    expect(legend(app)).toMatchObject({ min: 1, max: 23, low: 4, high: 12 });
    expect(legend(app).missing).toMatchObject({ total: 1, available: 0, visible: 0, shown: false });
  });

  it('lets the colours span the range that is shown, if that is asked for', async () => {
    const app = await opened(Float32Array.from({ length: N }, (_, i) => i));
    const colors = app.colors.value;
    setRange(app, SCORE, 4, 12);
    expect(app.colors.value).toBe(colors);
    expect(legend(app)).toMatchObject({ from: 0, to: 23 });
    setRangeFollows(app, true);
    expect(legend(app)).toMatchObject({ from: 4, to: 12 });
    const color = (cell: number): number[] => [...app.colors.value.subarray(4 * cell, 4 * cell + 4)];
    expect(color(2)).toEqual(color(4));
    expect(color(12)).toEqual(color(23));
    expect(color(8)).not.toEqual(color(12));
    undo(app);
    expect(app.colors.value).toEqual(colors);
  });

  it('tells how many values have no logarithm, and leaves the filter as it is', async () => {
    const values = Float32Array.from({ length: N }, (_, i) => (i < 3 ? NaN : i - 10));
    const app = await opened(values);
    setRange(app, SCORE, -5, 5);
    const visible = app.visible.value;
    setLog(app, true);
    expect(legend(app)).toMatchObject({ log: true, withoutLog: 8, from: 1, to: 13 });
    expect(legend(app).missing.total).toBe(3);
    expect(app.visible.value).toBe(visible);
    const grey = [160, 160, 164, 255].join();
    const drawn = Array.from({ length: N }, (_, i) => app.colors.value.subarray(4 * i, 4 * i + 4).join());
    expect(drawn.filter(color => color === grey)).toHaveLength(11);
    expect(legend(app).stops[0]).toBe('rgb(160 160 164)');
    setLog(app, false);
    expect(legend(app).withoutLog).toBe(0);
  });

  it('counts infinite values with the missing ones, and draws them so', async () => {
    const values = Float32Array.from({ length: N }, (_, i) =>
      i < 2 ? NaN : i < 5 ? Infinity : i < 6 ? -Infinity : i - 10
    );
    const app = await opened(values);
    expect(total(legend(app).all)).toBe(N - 6);
    expect(legend(app)).toMatchObject({ infinite: true, missing: { total: 6, visible: 6 } });
    const grey = [160, 160, 164, 255].join();
    const drawn = Array.from({ length: N }, (_, i) => app.colors.value.subarray(4 * i, 4 * i + 4).join());
    expect(drawn.filter(color => color === grey)).toHaveLength(6);
    setLog(app, true);
    expect(legend(app).withoutLog).toBe(5);
    setRange(app, GENE, 1, 2);
    expect(legend(app).missing).toMatchObject({ available: 4, visible: 4 });
    toggleMissing(app, SCORE, false);
    expect(app.nVisible.value).toBe(12);
    expect(legend(app)).toMatchObject({ low: -4, high: 13, missing: { available: 4, visible: 0 } });
  });

  it('is not computed at a move of the camera', async () => {
    const app = await opened(Float32Array.from({ length: N }, (_, i) => i));
    setRange(app, SCORE, 4, 12);
    const numbers = legendOf(app);
    const before = numbers.value;
    setCamera(app, 'live', {
      mode: 'planar',
      position: [0, 0, 1],
      target: [0.5, 0, 0],
      up: [0, 1, 0],
      zoom: 2
    });
    expect(numbers.value).toBe(before);
    setColormap(app, 'magma');
    const recoloured = numbers.value as NumberLegend;
    expect(recoloured.colormap).toBe('magma');
    expect(recoloured.visible).toBe((before as NumberLegend).visible);
  });

  it.each([
    ['one value', new Float32Array(N).fill(3), 3, N],
    ['no value', new Float32Array(N).fill(NaN), 0, 0],
    ['infinities only', new Float32Array(N).fill(Infinity), 0, 0]
  ])('is safe with %s', async (_, values, end, counted) => {
    const app = await opened(values);
    setLog(app, true);
    setRange(app, SCORE, 0, 5);
    expect(legend(app)).toMatchObject({ min: end, max: end, low: end, high: end });
    expect(total(legend(app).all)).toBe(counted);
    expect(app.activeView.value.filters).toEqual([]);
    expect(app.nVisible.value).toBe(N);
  });
});
