import { describe, expect, it } from 'vitest';

import { Dataset } from '../../src/data/dataset';
import { App } from '../../src/state/app';
import { hideCategories, showCategories, toggleCategory } from '../../src/state/filters';
import { legendOf } from '../../src/state/legend';
import type { Camera } from '../../src/state/types';
import { redo, undo } from '../../src/state/undo';
import { frameAll, setCamera, setColormap, setDimension, setField, setPointSize } from '../../src/state/views';
import { filesOf, KINDS, loaded, openFixture, tables } from '../fixture';

const KIND = { source: 'obs', key: 'kind' } as const;
const SCORE = { source: 'obs', key: 'score' } as const;
const CAMERA: Camera = {
  mode: 'planar',
  position: [0, 0, 1],
  target: [0.5, 0, 0],
  up: [0, 1, 0],
  zoom: 3
};

function colorOf(app: App, cell: number): number[] {
  return [...app.colors.value.subarray(4 * cell, 4 * cell + 4)];
}

describe('what a view shows', () => {
  it('is coloured by its field, missing values in grey', async () => {
    const app = await openFixture();
    expect([0, 1, 2, 3].map(cell => colorOf(app, cell))).toEqual([
      [255, 0, 0, 255],
      [0xee, 0x66, 0x77, 255],
      [0, 0, 255, 255],
      [160, 160, 164, 255]
    ]);
    setField(app, SCORE);
    await loaded(app);
    expect(colorOf(app, 0)).toEqual([160, 160, 164, 255]);
    expect(colorOf(app, 1)).toEqual([0x44, 0x01, 0x54, 255]);
    expect(colorOf(app, 19)).toEqual([0xfd, 0xe7, 0x25, 255]);
    setColormap(app, 'magma');
    expect(colorOf(app, 1)).toEqual([0, 0, 4, 255]);
    setField(app, null);
    expect(colorOf(app, 5)).toEqual([160, 160, 164, 255]);
  });

  it('is not coloured anew when only the size of the points changes', async () => {
    const app = await openFixture();
    const before = app.colors.value;
    setPointSize(app, 4);
    expect(app.colors.value).toBe(before);
  });

  it('refuses fields, dimensions and colormaps that are not there, in words', async () => {
    const app = await openFixture();
    setField(app, { source: 'var', key: 'kind' });
    setDimension(app, 1);
    setColormap(app, 'jet');
    expect(app.messages.value.map(message => message.text)).toEqual([
      expect.stringContaining('no field “kind”'),
      expect.stringContaining('no 1D embedding'),
      expect.stringContaining('choose viridis, plasma, inferno')
    ]);
    expect(app.revision.value).toBe(0);
  });

  it('keeps a camera for each dimension, which undo leaves alone', async () => {
    const app = await openFixture();
    setCamera(app, 'live', CAMERA);
    setDimension(app, 3);
    expect(app.activeView.value.cameras).toEqual({ 2: CAMERA });
    setDimension(app, 2);
    setField(app, SCORE);
    const moved = { ...CAMERA, zoom: 9 };
    setCamera(app, 'live', moved);
    undo(app);
    expect(app.activeView.value).toMatchObject({ field: KIND, cameras: { 2: moved } });
    redo(app);
    expect(app.activeView.value).toMatchObject({ field: SCORE, cameras: { 2: moved } });
    frameAll(app);
    expect(app.activeView.value.cameras).toEqual({});
  });

  it('does not change, and needs no undo, when the same is chosen again', async () => {
    const app = await openFixture();
    setField(app, { ...KIND });
    setDimension(app, 2);
    setColormap(app, 'viridis');
    frameAll(app);
    toggleCategory(app, KIND, 'NK', true);
    expect([app.revision.value, app.canUndo.value]).toEqual([0, false]);
  });

  it('says what failed to load, and asks again once the kernel is there', async () => {
    const given = tables(20);
    const points = given.binaries['points_2d.bin']!;
    delete given.binaries['points_2d.bin'];
    delete given.binaries['obs/kind.codes.u8'];
    const app = new App(await Dataset.open(filesOf(given)));
    await loaded(app);
    expect(app.points.value).toEqual({ state: 'failed', message: 'no file points_2d.bin' });
    expect(app.column.value?.state).toBe('failed');
    expect(app.messages.value.map(message => message.level)).toEqual(['error', 'error']);

    given.binaries['points_2d.bin'] = points;
    given.binaries['obs/kind.codes.u8'] = new Uint8Array(20);
    app.connection.value = { state: 'open' };
    await loaded(app);
    expect([app.points.value.state, app.column.value?.state]).toEqual(['ready', 'ready']);
  });
});

describe('filters and legend', () => {
  it('hide categories; missing values stay', async () => {
    const app = await openFixture();
    const legend = legendOf(app);
    toggleCategory(app, KIND, 'B cell', false);
    toggleCategory(app, KIND, 'NK', false);
    expect([...app.visible.value!.slice(0, 4)]).toEqual([0, 1, 0, 1]);
    expect(app.nVisible.value).toBe(10);
    expect(legend.value).toMatchObject({
      kind: 'categorical',
      missing: { total: 5, visible: 5, shown: true },
      entries: [
        { category: 'B cell', color: '#ff0000', total: 5, visible: 0, shown: false },
        { category: 'T cell', total: 5, visible: 5, shown: true },
        { category: 'NK', total: 5, visible: 0, shown: false }
      ]
    });
    showCategories(app, KIND, KINDS);
    expect(app.visible.value).toBeNull();
    hideCategories(app, KIND, KINDS);
    expect(app.nVisible.value).toBe(5);
  });

  it('hold while another field is shown', async () => {
    const app = await openFixture();
    toggleCategory(app, KIND, 'B cell', false);
    setField(app, SCORE);
    await loaded(app);
    expect(app.nVisible.value).toBe(15);
    expect(legendOf(app).value).toMatchObject({
      kind: 'continuous',
      min: 1,
      max: 19,
      missing: { total: 1, available: 0 },
      colormap: 'viridis'
    });
  });

  it('let missing values and those outside of a range out', async () => {
    const app = await openFixture();
    app.changes.change('range', () => {
      const range = { kind: 'range', field: SCORE, min: 2, max: 4, missing: true, enabled: true } as const;
      const off = { kind: 'category', field: KIND, hidden: ['NK'], missing: false, enabled: false } as const;
      app.slots.views.set([{ ...app.activeView.value, filters: [range, off] }]);
    });
    await loaded(app);
    expect([...app.visible.value!].flatMap((v, cell) => (v ? [cell] : []))).toEqual([2, 3, 4]);
  });
});
