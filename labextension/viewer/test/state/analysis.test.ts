import { beforeEach, describe, expect, it } from 'vitest';

import type { App } from '../../src/state/app';
import { stepCandidate } from '../../src/state/candidate';
import { comparedIn } from '../../src/state/compared';
import { compositionOf } from '../../src/state/composition';
import { addGroup, removeGroup } from '../../src/state/groups';
import { addPage } from '../../src/state/pages';
import { Summary } from '../../src/state/summary';
import { redo, undo } from '../../src/state/undo';
import { setField } from '../../src/state/views';
import {
  closeWindow,
  duplicateWindow,
  openWindow,
  placeWindow,
  raiseWindow,
  readWindows,
  setWindowField,
  setWindowPages
} from '../../src/state/windows';
import { KINDS, loaded, openFixture } from '../fixture';

const SCORE = { source: 'obs', key: 'score' } as const;
const N = 20;
const cells = (...rows: number[]): Uint32Array => Uint32Array.from(rows);

let app: App;
beforeEach(async () => {
  app = await openFixture(N);
});

async function finished(summary: Summary): Promise<void> {
  for (let turn = 0; summary.differences.value.done < summary.differences.value.of; turn++) {
    if (turn > 1000) {
      throw new Error('the columns were not looked at');
    }
    await new Promise(resolve => setTimeout(resolve));
  }
}

describe('windows', () => {
  it('open on what is shown, and each change is a step of undo', () => {
    openWindow(app, 'composition');
    openWindow(app, 'scatter');
    setWindowField(app, 'window_2', 1, SCORE);
    setWindowPages(app, 'window_1', ['page_1']);
    placeWindow(app, 'window_1', { left: 5, top: 6, width: 300, height: 200 });
    placeWindow(app, 'window_1', { left: 9, top: 6, width: 3, height: 200 });
    const [first, second] = app.windows.value;
    expect(first).toMatchObject({
      kind: 'composition',
      fields: [{ source: 'obs', key: 'kind' }],
      pages: ['page_1'],
      place: { left: 9, width: 160 }
    });
    expect(second?.fields).toEqual([null, SCORE]);
    undo(app);
    expect(app.windows.value[0]?.place.left).toBe(24);
    undo(app);
    undo(app);
    undo(app);
    undo(app);
    expect(app.windows.value).toEqual([]);
    redo(app);
    expect(app.windows.value).toHaveLength(1);
  });

  it('have no step of undo where nothing differs', () => {
    openWindow(app, 'scatter');
    const { place } = app.windows.value[0]!;
    const { past } = app.changes;
    const { length } = past.value;
    closeWindow(app, 'window_9');
    placeWindow(app, 'window_9', place);
    placeWindow(app, 'window_1', { ...place });
    setWindowField(app, 'window_1', 1, null);
    setWindowPages(app, 'window_1', null);
    expect(past.value).toHaveLength(length);
    setWindowField(app, 'window_1', 1, SCORE);
    setWindowField(app, 'window_1', 1, { ...SCORE });
    expect(past.value).toHaveLength(length + 1);
  });

  it('are doubled with their settings, raised, and closed', () => {
    openWindow(app, 'distribution');
    setWindowField(app, 'window_1', 0, SCORE);
    duplicateWindow(app, 'window_1');
    expect(app.windows.value.map(({ id, fields }) => [id, fields])).toEqual([
      ['window_1', [SCORE]],
      ['window_2', [SCORE]]
    ]);
    raiseWindow(app, 'window_1');
    expect(app.windows.value.map(({ id }) => id)).toEqual(['window_2', 'window_1']);
    closeWindow(app, 'window_2');
    expect(app.windows.value.map(({ id }) => id)).toEqual(['window_1']);
  });

  it('are read strictly', () => {
    openWindow(app, 'scatter');
    const stored: unknown = JSON.parse(JSON.stringify(app.windows.value));
    expect(readWindows(stored, 'windows')).toEqual(app.windows.value);
    const [window] = stored as Record<string, unknown>[];
    const bad = { ...window, kind: 'volcano' };
    expect(() => readWindows([bad], 'windows')).toThrow('windows[0].kind');
    expect(() => readWindows([{ ...window, place: { left: NaN } }], 'w')).toThrow('w[0].place');
  });
});

describe('what windows compare', () => {
  it('is all visible cells, and the pages that are chosen', () => {
    addGroup(app, 'lasso', 'a', cells(1, 2, 3));
    addGroup(app, 'lasso', 'b', cells(3, 4));
    openWindow(app, 'composition');
    const [all, page] = comparedIn(app, app.windows.value[0]!, 'All');
    expect(all).toMatchObject({ name: 'All', color: null });
    expect(all?.cells).toHaveLength(N);
    expect(page?.cells).toEqual(cells(1, 2, 3, 4));
    setWindowPages(app, 'window_1', []);
    expect(comparedIn(app, app.windows.value[0]!, 'All')).toHaveLength(1);
  });

  it('is told by category, missing values last', () => {
    const column = app.column.value;
    if (column?.state !== 'ready' || column.value.kind !== 'categorical') {
      throw new Error('no categories');
    }
    // The category is the row modulo four, the last missing.
    const parts = compositionOf(column.value, cells(0, 1, 3, 4, 7), 'Missing');
    expect(parts.map(({ label, count, share }) => [label, count, share])).toEqual([
      [KINDS[0], 2, 0.4],
      [KINDS[1], 1, 0.2],
      [KINDS[2], 0, 0],
      ['Missing', 2, 0.4]
    ]);
    expect(parts[0]?.color).toBe('rgb(255 0 0)');
  });
});

describe('the summary', () => {
  it('follows the page, the selection, or what was chosen', () => {
    const summary = new Summary(app);
    expect(summary.cells.value).toHaveLength(0);
    addGroup(app, 'lasso', 'a', cells(1, 2));
    expect(summary.cells.value).toEqual(cells(1, 2));
    stepCandidate(app, cells(5), {
      tool: 'lasso',
      operation: 'replace',
      view: 'live',
      dimension: 2,
      detail: {}
    });
    expect(summary.cells.value).toEqual(cells(5));
    summary.chosen.value = { groupId: 'highlight_1' };
    expect(summary.cells.value).toEqual(cells(1, 2));
    summary.dispose();
  });

  it('holds the columns of numbers against the rest, the largest difference first', async () => {
    addGroup(app, 'lasso', 'high', cells(16, 17, 18, 19));
    const summary = new Summary(app);
    await finished(summary);
    const { found, of } = summary.differences.value;
    expect(of).toBe(1);
    // score is the row, missing in row 0.
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ name: 'score', inside: { n: 4, mean: 17.5 } });
    expect(found[0]?.outside).toMatchObject({ n: 15, mean: 8 });
    expect(found[0]?.effect).toBeCloseTo(9.5 / Math.sqrt((5 / 3 + 20) / 2), 6);
    summary.dispose();
  });

  it('lets go of the columns when the cells change, and when it is closed', async () => {
    addGroup(app, 'lasso', 'high', cells(16, 17));
    const summary = new Summary(app);
    addGroup(app, 'lasso', 'low', cells(1, 2));
    await finished(summary);
    expect(summary.differences.value.found[0]?.inside.n).toBe(4);
    summary.dispose();
    addGroup(app, 'lasso', 'more', cells(5));
    expect(summary.differences.value.found).toEqual([]);
  });

  it('tells the field that is shown, with medians', async () => {
    setField(app, SCORE);
    await loaded(app);
    addGroup(app, 'lasso', 'some', cells(0, 2, 3, 19));
    const summary = new Summary(app);
    await finished(summary);
    expect(summary.statistics.value).toMatchObject({
      inside: { n: 3, mean: 8 },
      outside: { n: 16 },
      medians: [3, 10]
    });
    setField(app, { source: 'obs', key: 'kind' });
    await finished(summary);
    expect(summary.statistics.value).toBeNull();
    summary.dispose();
  });

  it('forgets a group that is removed, or on another page', () => {
    addGroup(app, 'lasso', 'a', cells(1, 2));
    addGroup(app, 'lasso', 'b', cells(3));
    const summary = new Summary(app);
    summary.chosen.value = { groupId: 'highlight_1' };
    expect(summary.cells.value).toEqual(cells(1, 2));
    removeGroup(app, 'highlight_1');
    expect(summary.subject.value).toBe('page');
    expect(summary.cells.value).toEqual(cells(3));
    summary.chosen.value = { groupId: 'highlight_2' };
    addPage(app);
    expect(summary.subject.value).toBe('page');
    summary.dispose();
  });
});
