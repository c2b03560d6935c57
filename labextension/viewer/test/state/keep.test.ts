import { describe, expect, it } from 'vitest';

import { Dataset } from '../../src/data/dataset';
import { App } from '../../src/state/app';
import { toggleCategory } from '../../src/state/filters';
import { cancelCandidate, stepCandidate } from '../../src/state/candidate';
import { confirmCandidate } from '../../src/state/confirm';
import { renameCategory } from '../../src/state/category-edits';
import { copyField, renameField } from '../../src/state/field-edits';
import { dismiss, say } from '../../src/state/messages';
import { adopt, snapshot } from '../../src/state/keep';
import { mergeCategories } from '../../src/state/regrouping';
import type { FieldRef } from '../../src/state/types';
import { undo } from '../../src/state/undo';
import { setField } from '../../src/state/views';
import { fill, fillRest } from '../filled';
import { filesOf, openFixture, tables } from '../fixture';

describe('what is handed over', () => {
  it('comes back whole, as copies, with the selection being made', async () => {
    const old = await openFixture(20);
    fill(old);
    fillRest(old);
    const kept = structuredClone(snapshot(old));
    const app = await openFixture(20);
    adopt(app, kept);
    expect(snapshot(app)).toEqual(snapshot(old));
    expect(app.candidate.value.cells).not.toBe(old.candidate.value.cells);
    expect([app.canUndo.value, app.messages.value]).toEqual([false, []]);

    const step = { tool: 'lasso', operation: 'add', view: 'live', dimension: 2, detail: {} } as const;
    cancelCandidate(app);
    stepCandidate(app, Uint32Array.of(1), step);
    const known = old.highlights.value.pages.flatMap(page => page.groups.map(group => group.id));
    expect(known).not.toContain(confirmCandidate(app)?.id);
  });

  it('comes back with the fields that were edited, made, and deleted', async () => {
    const [old, app] = [await openFixture(20), await openFixture(20)];
    const kind: FieldRef = { source: 'obs', key: 'kind' };
    renameField(old, kind, 'Type');
    renameCategory(old, kind, 'NK', 'Killer');
    mergeCategories(old, kind, ['B cell', 'NK'], 'Both');
    copyField(old, { source: 'var', key: 'CD3E' }, 'Marker');
    setField(old, old.fields.value.list.find(({ name }) => name === 'Type (edited)')!.ref);
    undo(old);
    undo(old);
    adopt(app, structuredClone(snapshot(old)));
    expect(app.messages.value).toEqual([]);
    expect(snapshot(app)).toEqual(snapshot(old));
    expect(app.column.value).toEqual(old.column.value);
    // An id is not given again, though what had it is gone.
    copyField(app, { source: 'var', key: 'CD3E' }, 'Marker');
    expect(app.activeView.value.field).toEqual({ source: 'user', key: 'user_num_3' });

    const whole = snapshot(old) as { fields: { codes: object } };
    const before = snapshot(app);
    for (const codes of [{}, { user_cat_1: new Uint8Array(19) }, { user_cat_1: new Uint16Array(20) }]) {
      adopt(app, { ...whole, fields: { ...whole.fields, codes } });
      expect(app.messages.value.at(-1)?.text).toContain('fields.codes.user_cat_1: expected 20 codes');
      expect(snapshot(app)).toEqual(before);
    }
  });

  it('comes back with names as long as whole sequences', async () => {
    const [key, category] = ['ACGT'.repeat(500), 'ACGT'.repeat(5000)] as const;
    const given = tables(20);
    const manifest = given.documents['obs_manifest.json'] as Record<string, unknown>;
    manifest['_categoricalFields'] = [[key, ['B', category], 'uint8', 255]];
    const [old, app] = [
      new App(await Dataset.open(filesOf(given))),
      new App(await Dataset.open(filesOf(given)))
    ];
    setField(old, { source: 'obs', key });
    toggleCategory(old, { source: 'obs', key }, category, false);
    adopt(app, structuredClone(snapshot(old)));
    expect(app.messages.value).toEqual([]);
    expect(snapshot(app)).toEqual(snapshot(old));
    expect(app.activeView.value.filters).toMatchObject([{ hidden: [category] }]);
  });

  it('is left out without a word when there is none, or it is of another dataset', async () => {
    const app = await openFixture(20);
    const before = snapshot(app);
    adopt(app, null);
    adopt(app, undefined);
    adopt(app, { ...(snapshot(app) as object), datasetId: 'other', views: [] });
    adopt(app, snapshot(await openFixture(21)));
    expect(snapshot(app)).toEqual(before);
    expect(app.messages.value).toEqual([]);
  });

  it('changes nothing, and is told, when it is broken', async () => {
    const app = await openFixture(20);
    setField(app, null);
    const whole = snapshot(app) as Record<string, unknown>;
    for (const broken of [
      { ...whole, views: [] },
      { ...whole, highlights: {} },
      { ...whole, candidate: { cells: Uint32Array.of(2, 1), steps: [], pageId: null } },
      { ...whole, candidate: { cells: Uint32Array.of(20), steps: [], pageId: null } }
    ]) {
      adopt(app, broken);
      expect(snapshot(app)).toEqual(whole);
      expect(app.messages.value.at(-1)?.text).toContain('could not be taken over');
    }
  });
});

describe('messages', () => {
  it('are said once, the last five of them, and dismissed by an id of their own', async () => {
    const app = await openFixture(4);
    for (const text of ['a', 'b', 'a', 'c', 'd', 'e', 'f']) {
      say(app, 'info', text);
    }
    expect(app.messages.value.map(({ text }) => text)).toEqual(['a', 'c', 'd', 'e', 'f']);
    const last = app.messages.value.at(-1)!.id;
    dismiss(app, last);
    say(app, 'info', 'g');
    expect(app.messages.value.at(-1)!.id).not.toBe(last);
  });
});
