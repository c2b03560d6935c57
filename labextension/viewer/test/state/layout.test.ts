import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';

import type { App } from '../../src/state/app';
import {
  activateView,
  keepView,
  MOST_VIEWS,
  removeView,
  setCamerasLocked,
  setLayout,
  stepView
} from '../../src/state/layout';
import type { Camera, Dimension } from '../../src/state/types';
import { redo, undo } from '../../src/state/undo';
import {
  frameAll,
  setCamera,
  setDimension,
  setEdges,
  setField,
  setNavigation,
  setPointSize
} from '../../src/state/views';
import { openFixture } from '../fixture';

const SCORE = { source: 'obs', key: 'score' } as const;
const at = (x: number): Camera => ({
  mode: 'planar',
  position: [x, 0, 1],
  target: [x, 0, 0],
  up: [0, 1, 0],
  zoom: 3
});

let app: App;
const ids = (): string[] => app.views.value.map(({ id }) => id);
const camera = (id: string, dimension: Dimension = 2): number | undefined =>
  app.views.value.find(view => view.id === id)?.cameras[dimension]?.target[0];

beforeEach(async () => {
  app = await openFixture();
});

describe('kept views', () => {
  it('keep what was shown, whatever the live view does next', () => {
    setPointSize(app, 4);
    setNavigation(app, 'fly');
    keepView(app);
    const live = app.activeView.value;
    setField(app, SCORE);
    setDimension(app, 3);
    const kept = app.views.value[1]!;
    expect(kept).toEqual({ ...live, id: 'kept_1', kind: 'kept' });
    expect(app.activeView.value).toMatchObject({ id: 'live', field: SCORE, dimension: 3 });
    activateView(app, 'kept_1');
    setDimension(app, 3, 'live');
    setField(app, null);
    expect(app.views.value.map(view => view.field)).toEqual([SCORE, null]);
  });

  it('never get an id that another one had, not even after an undo', () => {
    keepView(app);
    undo(app);
    keepView(app);
    keepView(app);
    removeView(app, 'kept_3');
    keepView(app);
    expect(ids()).toEqual(['live', 'kept_2', 'kept_4']);
  });

  it('go and come back; the live one stays', () => {
    keepView(app);
    keepView(app);
    activateView(app, 'kept_2');
    removeView(app, 'kept_2');
    expect([ids(), app.activeView.value.id]).toEqual([['live', 'kept_1'], 'kept_1']);
    removeView(app, 'live');
    expect(ids()).toEqual(['live', 'kept_1']);
    undo(app);
    expect([ids(), app.activeView.value.id]).toEqual([['live', 'kept_1', 'kept_2'], 'kept_2']);
  });

  it('that undo takes away leave the live one active', () => {
    keepView(app);
    activateView(app, 'kept_1');
    undo(app);
    expect(app.activeView.value).toBe(app.views.value[0]);
    setField(app, SCORE);
    expect(app.views.value).toMatchObject([{ id: 'live', field: SCORE }]);
  });

  it('are as many as a screen can show, and the rest is refused in words', () => {
    for (let i = 0; i < MOST_VIEWS; i++) keepView(app);
    expect(ids()).toHaveLength(MOST_VIEWS);
    expect(app.messages.value.map(({ text }) => text)).toEqual([
      expect.stringContaining(`At most ${MOST_VIEWS} views`)
    ]);
  });

  it('are gone through one by one, and shown alone or all', () => {
    keepView(app);
    keepView(app);
    stepView(app, -1);
    expect(app.activeView.value.id).toBe('kept_2');
    stepView(app, 1);
    stepView(app, 1);
    expect(app.activeView.value.id).toBe('kept_1');
    expect(app.onScreen.value.map(({ id }) => id)).toEqual(['live', 'kept_1', 'kept_2']);
    setLayout(app, 'single');
    expect(app.onScreen.value.map(({ id }) => id)).toEqual(['kept_1']);
    setLayout(app, 'single');
    undo(app);
    expect(app.layout.value.mode).toBe('grid');
  });
});

describe('cameras', () => {
  it('move together in views of one dimension while they are locked, and alone when free', () => {
    keepView(app);
    setDimension(app, 3, 'kept_1');
    setCamera(app, 'live', at(1));
    keepView(app);
    setCamera(app, 'kept_2', at(2));
    expect([camera('live'), camera('kept_2')]).toEqual([2, 2]);
    expect(camera('kept_1', 3)).toBeUndefined();
    setCamerasLocked(app, false);
    setCamera(app, 'live', at(3));
    expect([camera('live'), camera('kept_2')]).toEqual([3, 2]);
    frameAll(app);
    expect([camera('live'), camera('kept_2')]).toEqual([undefined, 2]);
  });

  it('locked are that of the active view, and of others where it shows no such dimension', () => {
    setCamerasLocked(app, false);
    keepView(app);
    keepView(app);
    setCamera(app, 'live', at(1));
    setCamera(app, 'kept_1', at(2));
    setDimension(app, 3, 'kept_2');
    setCamera(app, 'kept_2', { ...at(7), mode: 'orbit' });
    activateView(app, 'kept_1');
    setCamerasLocked(app, true);
    for (const id of ids()) expect([camera(id), camera(id, 3)]).toEqual([2, 7]);
    frameAll(app);
    for (const id of ids()) expect([camera(id), camera(id, 3)]).toEqual([undefined, 7]);
  });

  it('are no step of undo, and what comes back has the cameras of now', () => {
    keepView(app);
    removeView(app, 'kept_1');
    setCamera(app, 'live', at(5));
    undo(app);
    expect(camera('kept_1')).toBe(5);
    expect(app.changes.past.value.map(({ label }) => label)).toEqual(['keep view']);
  });
});

describe('cameras that a step set', () => {
  it('come back with it: each its own when views are no longer locked', () => {
    setCamerasLocked(app, false);
    keepView(app);
    setCamera(app, 'kept_1', at(9));
    setCamera(app, 'live', at(1));
    setCamerasLocked(app, true);
    expect([camera('live'), camera('kept_1')]).toEqual([1, 1]);
    undo(app);
    expect([camera('live'), camera('kept_1')]).toEqual([1, 9]);
    setCamera(app, 'live', at(4));
    redo(app);
    expect([camera('live'), camera('kept_1')]).toEqual([4, 4]);
  });

  it('are not those that a person moved in the midst of a drag', () => {
    setPointSize(app, 2);
    setCamera(app, 'live', at(3));
    setPointSize(app, 4);
    undo(app);
    expect([app.activeView.value.look.pointSize, camera('live')]).toEqual([2, 3]);
    undo(app);
    expect([app.activeView.value.look.pointSize, camera('live')]).toEqual([null, 3]);
  });

  it('are locked once', () => {
    keepView(app);
    setCamerasLocked(app, app.layout.value.camerasLocked);
    expect(app.changes.past.value).toHaveLength(1);
  });
});

it('has no edges to draw without a graph, and says so', () => {
  setEdges(app, true);
  expect(app.activeView.value.look.edges).toBe(app.dataset.report.nEdges !== 0);
});

it('is as it was after as many undos as there were changes, but for cameras and the active view', async () => {
  const VIEWS = ['live', 'kept_1', 'kept_2', 'kept_3'];
  const step = fc.oneof(
    fc.constant((app: App) => keepView(app)),
    fc.constantFrom(...VIEWS).map(id => (app: App) => removeView(app, id)),
    fc.constantFrom(...VIEWS).map(id => (app: App) => activateView(app, id)),
    fc
      .tuple(fc.constantFrom(...VIEWS), fc.constantFrom<Dimension>(2, 3))
      .map(([id, dimension]) => (app: App) => setDimension(app, dimension, id)),
    fc.constantFrom('single', 'grid').map(mode => (app: App) => setLayout(app, mode)),
    fc.boolean().map(locked => (app: App) => setCamerasLocked(app, locked)),
    fc
      .tuple(fc.constantFrom(...VIEWS), fc.integer({ min: -9, max: 9 }))
      .map(([id, x]) => (app: App) => setCamera(app, id, at(x)))
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async steps => {
      const app = await openFixture(4);
      const told = (): unknown => [
        app.views.value.map(({ id, dimension }) => [id, dimension]),
        [app.layout.value.mode, app.layout.value.camerasLocked]
      ];
      const states = [told()];
      let changes = 0;
      for (const one of steps) {
        one(app);
        if (app.changes.past.value.length > changes) {
          changes++;
          states.push(told());
        }
      }
      expect(app.activeView.value).toBe(
        app.views.value.find(({ id }) => id === app.activeView.value.id)
      );
      const last = told();
      for (const state of states.slice(0, -1).reverse()) {
        undo(app);
        expect(told()).toEqual(state);
      }
      while (app.canRedo.value) redo(app);
      expect(told()).toEqual(last);
    }),
    { numRuns: 60 }
  );
});
