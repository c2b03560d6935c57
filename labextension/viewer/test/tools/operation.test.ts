import { expect, it } from 'vitest';
import { beginGesture, toolFor, tools } from '../../src/tools';
import { operationOf, type Tool } from '../../src/tools/tool';
import { FlatStage, openApp } from '../surface';

const NONE = { altKey: false, shiftKey: false, ctrlKey: false, metaKey: false };
const ALT = { ...NONE, altKey: true };

it('reads the operation from the modifier keys', async () => {
  const app = await openApp([[5, 5]]);
  expect(operationOf({ ...NONE, shiftKey: true, ctrlKey: true }, null, app)).toBeNull();
  expect(operationOf(ALT, null, app)).toBe('intersect');
  expect(operationOf({ ...ALT, shiftKey: true }, null, app)).toBe('add');
  expect(operationOf({ ...ALT, ctrlKey: true }, null, app)).toBe('remove');
  expect(operationOf({ ...ALT, metaKey: true }, null, app)).toBe('remove');
});

it('lets a tool say what Alt alone means', async () => {
  const app = await openApp([[5, 5]]);
  const tool: Tool = { ...tools[0]!, plainAlt: () => 'replace' };
  expect(operationOf(ALT, tool, app)).toBe('replace');
  expect(operationOf({ ...ALT, shiftKey: true }, tool, app)).toBe('add');
});

it('begins with the chosen tool, and with Alt alone a lasso', () => {
  expect(toolFor(null, NONE)).toBeNull();
  expect(toolFor(null, ALT)?.id).toBe('lasso');
  for (const { id } of tools) {
    expect(toolFor(id, NONE)?.id).toBe(id);
  }
});

it('begins nothing where the tool has no use', async () => {
  const app = await openApp([[5, 5]]);
  const context = { app, stage: new FlatStage(app, [[5, 5]]) };
  const begin = (): unknown => beginGesture(context, 'live', [5, 5], NONE, 'replace');
  expect(begin()).toBeNull();
  app.tool.value = 'lasso';
  expect(begin()).not.toBeNull();
});
