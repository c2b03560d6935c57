import { beforeEach, expect, it } from 'vitest';

import { followConsole, type Console, type ConsoleLine } from '../../src/channel/console';

let printed: unknown[][];
let console: Console;
let errors: EventTarget;
let told: ConsoleLine[];
let lines: readonly ConsoleLine[];
let stop: () => void;

beforeEach(() => {
  printed = [];
  told = [];
  errors = new EventTarget();
  console = { warn: (...said) => printed.push(said), error: (...said) => printed.push(said) };
  ({ lines, stop } = followConsole(console, errors, line => {
    told.push(line);
    console.error('telling failed');
  }));
});

it('keeps and tells what is said, and prints it as before', () => {
  console.warn('slow', { ms: 3 });
  console.error(new TypeError('no'));
  expect(told.map(({ level, message }) => [level, message])).toEqual([
    ['warning', 'slow {"ms":3}'],
    ['error', 'TypeError: no']
  ]);
  expect(lines).toEqual(told);
  expect(printed).toEqual([
    ['slow', { ms: 3 }],
    ['telling failed'],
    [new TypeError('no')],
    ['telling failed']
  ]);
});

it('hears of errors that nobody caught', () => {
  errors.dispatchEvent(Object.assign(new Event('error'), { error: new Error('a') }));
  errors.dispatchEvent(Object.assign(new Event('error'), { message: 'b' }));
  errors.dispatchEvent(Object.assign(new Event('unhandledrejection'), { reason: new Error('c') }));
  expect(lines.map(({ message }) => message)).toEqual(['Error: a', 'b', 'Error: c']);
});

it('keeps few, short ones, and none twice in a row', () => {
  for (let i = 0; i < 30; i++) {
    console.error(`${i} ${'x'.repeat(5000)}`);
    console.error(`${i} ${'x'.repeat(5000)}`);
  }
  expect(lines).toHaveLength(20);
  expect(lines[19]!.message.startsWith('29 ')).toBe(true);
  expect(lines.every(({ message }) => message.length === 1000)).toBe(true);
});

it('describes what JSON can’t hold', () => {
  const loop: Record<string, unknown> = {};
  loop['self'] = loop;
  console.error(loop, 3n, undefined);
  expect(lines[0]!.message).toBe('[object Object] 3 undefined');
});

it('leaves the console as it was', () => {
  stop();
  console.error('a');
  errors.dispatchEvent(Object.assign(new Event('error'), { message: 'b' }));
  expect([lines, printed]).toEqual([[], [['a']]]);
});
