// @vitest-environment jsdom
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { listen } from '../../../src/panels/input/keys';
import { createUi, type Ui } from '../../../src/panels/ui';
import type { App } from '../../../src/state/app';
import { cancelCandidate, stepCandidate } from '../../../src/state/candidate';
import { addPage, clearPage } from '../../../src/state/pages';
import { setPointSize } from '../../../src/state/views';
import { FlatStage, openApp } from '../../surface';

let app: App;
let ui: Ui;
let gestures: number;
let stage: FlatStage;
let stop: () => void;

function press(key: string, target: Element = document.body, held: KeyboardEventInit = {}): void {
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, ...held }));
}

function select(...cells: number[]): void {
  const step = { tool: 'lasso', operation: 'replace', view: 'live', dimension: 2, detail: {} } as const;
  stepCandidate(app, Uint32Array.from(cells), step);
}

const selected = (): number[] | null => {
  const { cells } = app.candidate.value;
  return cells && [...cells];
};

beforeEach(async () => {
  app = await openApp([
    [0, 0],
    [1, 1],
    [2, 2]
  ]);
  ui = createUi(app);
  gestures = 0;
  stage = new FlatStage(app, []);
  const keyboard = {
    app,
    ui,
    stage: () => stage,
    cancelGesture: () => gestures-- > 0
  };
  stop = listen(document, keyboard);
  document.body.replaceChildren();
});
afterEach(() => stop());

it('chooses a dimension the dataset has', () => {
  press('3');
  expect(app.activeView.value.dimension).toBe(3);
  press('1');
  expect(app.activeView.value.dimension).toBe(3);
});

it('opens the sheet that saves by Ctrl S, on no other sheet and not while typing', () => {
  const input = document.body.appendChild(document.createElement('input'));
  press('s', input, { ctrlKey: true });
  press('S', document.body, { ctrlKey: true, shiftKey: true });
  expect(ui.sheet.value).toBeNull();
  press('s', document.body, { metaKey: true });
  expect(ui.sheet.value).toBe('save');
  ui.sheet.value = 'help';
  press('s', document.body, { ctrlKey: true });
  expect(ui.sheet.value).toBe('help');
});

it('takes the lasso and puts it away', () => {
  press('l');
  expect(app.tool.value).toBe('lasso');
  press('l');
  expect(app.tool.value).toBeNull();
});

it('confirms by Enter, but not on a button, which Enter presses', () => {
  select(0, 2);
  const button = document.body.appendChild(document.createElement('button'));
  press('Enter', button);
  expect(app.activePage.value.groups).toEqual([]);
  press('Enter');
  expect(app.activePage.value.groups.map(group => [...group.cells])).toEqual([[0, 2]]);
  expect(selected()).toBeNull();
});

it('cancels the gesture first, then the selection', () => {
  select(1);
  gestures = 1;
  press('Escape');
  expect(selected()).toEqual([1]);
  press('Escape');
  expect(selected()).toBeNull();
});

it('undoes the steps of a selection while there is one, and then the page', () => {
  select(0);
  press('Enter');
  select(1);
  select(1, 2);
  press('z', document.body, { ctrlKey: true });
  expect(selected()).toEqual([1]);
  press('Z', document.body, { metaKey: true, shiftKey: true });
  expect(selected()).toEqual([1, 2]);
  press('z', document.body, { ctrlKey: true });
  press('z', document.body, { ctrlKey: true });
  expect(selected()).toBeNull();
  expect(app.activePage.value.groups).toHaveLength(1);
  press('z', document.body, { ctrlKey: true });
  expect(app.activePage.value.groups).toEqual([]);
});

it('undoes what was done last, of the selection or the page, and does it again in turn', () => {
  const step = fc.oneof(
    fc.nat(2).map(cell => () => select(cell)),
    fc.constant(() => cancelCandidate(app)),
    fc.nat(9).map(size => () => setPointSize(app, size + 1)),
    fc.constant(() => addPage(app)),
    fc.constant(() => clearPage(app))
  );
  const seen = (): unknown => [
    app.candidate.value.cells,
    app.activeView.value.look.pointSize,
    app.highlights.value.pages
  ];
  const back = (): void => press('z', document.body, { ctrlKey: true });
  const forward = (): void => press('y', document.body, { ctrlKey: true });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), steps => {
      const states = [seen()];
      for (const one of steps) {
        const count = app.changes.past.value.length + app.candidatePast.value.length;
        one();
        if (app.changes.past.value.length + app.candidatePast.value.length > count) {
          states.push(seen());
        } else {
          // A size that goes on is the same step.
          states[states.length - 1] = seen();
        }
      }
      for (const state of states.slice(0, -1).reverse()) {
        back();
        expect(seen()).toEqual(state);
      }
      for (const state of states.slice(1)) {
        forward();
        expect(seen()).toEqual(state);
      }
      states.slice(1).forEach(back);
    }),
    { numRuns: 50 }
  );
});

it('does nothing again of a selection once the page was changed', () => {
  select(1);
  press('z', document.body, { ctrlKey: true });
  addPage(app);
  press('Z', document.body, { ctrlKey: true, shiftKey: true });
  expect(selected()).toBeNull();
  expect(app.messages.value.at(-1)?.text).toContain('nothing to redo');
});

it('undoes nothing behind an open sheet', () => {
  addPage(app);
  ui.sheet.value = 'help';
  press('z', document.body, { ctrlKey: true });
  expect(app.highlights.value.pages).toHaveLength(2);
  press('Escape');
  press('z', document.body, { ctrlKey: true });
  expect(app.highlights.value.pages).toHaveLength(1);
});

it('is silent while a person types, but not on a checkbox', () => {
  const box = document.body.appendChild(document.createElement('input'));
  for (const key of ['l', '3', '?', 'Enter']) press(key, box);
  expect([app.tool.value, app.activeView.value.dimension, ui.sheet.value]).toEqual([null, 2, null]);
  box.type = 'checkbox';
  press('l', box);
  expect(app.tool.value).toBe('lasso');
});

it('leaves what is typed in a box of colours or of lines to it, and nothing else', () => {
  const color = document.body.appendChild(document.createElement('input'));
  color.type = 'color';
  const lines = document.body.appendChild(document.createElement('select'));
  for (const [box, ignores] of [[color, false], [lines, true]] as const) {
    app.tool.value = null;
    press('l', box);
    expect(app.tool.value).toBe(ignores ? null : 'lasso');
    const back = app.activeView.value.dimension;
    press('3');
    press('z', box, { ctrlKey: true });
    expect(app.activeView.value.dimension).toBe(back);
    select(1);
    press('Escape', box);
    expect(selected()).toBeNull();
  }
  select(1);
  press('Enter', color);
  expect(app.activePage.value.groups).toEqual([]);
});

it('opens and closes the sheet of shortcuts', () => {
  press('?');
  expect(ui.sheet.value).toBe('help');
  press('l');
  expect(app.tool.value).toBeNull();
  press('Escape');
  expect(ui.sheet.value).toBeNull();
});

it('moves the camera by arrows only when the picture has the focus', () => {
  press('ArrowLeft');
  expect(app.activeView.value.cameras[2]).toBeUndefined();
  press('ArrowLeft', document.body.appendChild(document.createElement('canvas')));
  expect(app.activeView.value.cameras[2]?.target[0]).toBeLessThan(0);
});

it('has letters for the panel, the views, their navigation and the page', () => {
  press('h');
  expect(ui.panelOpen.value).toBe(false);
  press('v');
  press('v');
  press('[');
  expect([app.views.value.length, app.activeView.value.id]).toEqual([3, 'kept_2']);
  press(']');
  press('m');
  expect([app.activeView.value.id, app.layout.value.mode]).toEqual(['live', 'single']);
  press('g');
  expect(app.activeView.value.navigation).toBe('fly');
  press('o');
  expect(app.activeView.value.navigation).toBe('orbit');
  select(1);
  press('Enter');
  press('x');
  expect(app.activePage.value.groups).toEqual([]);
  press('z', document.body, { ctrlKey: true });
  expect(app.activePage.value.groups).toHaveLength(1);
});

it('says so where the browser has no full screen', async () => {
  press('f');
  await Promise.resolve();
  await Promise.resolve();
  expect(app.messages.value.map(({ text }) => text)).toEqual([expect.stringContaining('fill the screen')]);
});
