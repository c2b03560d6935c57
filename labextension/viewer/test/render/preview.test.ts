import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { Preview } from '../../src/render/preview';
import type { App } from '../../src/state/app';
import { openApp } from '../surface';

let app: App;
let preview: Preview;
/** What the graphics card is doing. */
let pace: { busy: boolean; quick: boolean };
/** How many cells were marked, each time. */
let marked: (number | null)[];
let waits: number;

function take(...cells: number[]): void {
  app.preview.value = Uint32Array.from(cells);
}

beforeEach(async () => {
  app = await openApp([
    [0, 0],
    [1, 0],
    [2, 0]
  ]);
  vi.stubGlobal('window', globalThis);
  vi.useFakeTimers();
  pace = { busy: false, quick: false };
  marked = [];
  waits = 0;
  preview = new Preview(
    app,
    pace,
    cells => marked.push(cells?.length ?? null),
    () => waits++
  );
  marked = [];
});

afterEach(() => {
  preview.dispose();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('follows each move of a card that keeps up', () => {
  pace.quick = true;
  take(0);
  take(0, 1);
  expect(marked).toEqual([1, 2]);
  expect([preview.waiting, waits]).toEqual([false, 0]);
});

it('waits for the pointer to rest on a card that does not, and marks the last only', () => {
  take(0);
  vi.advanceTimersByTime(100);
  take(0, 1);
  vi.advanceTimersByTime(100);
  expect(marked).toEqual([]);
  expect([preview.waiting, waits]).toEqual([true, 2]);
  vi.advanceTimersByTime(100);
  expect(marked).toEqual([2]);
  expect(preview.waiting).toBe(false);
});

it('asks for no other while the card draws', () => {
  pace.busy = true;
  take(0);
  vi.advanceTimersByTime(1000);
  expect(marked).toEqual([]);
  pace.busy = false;
  preview.drawn();
  // Moves that came meanwhile are heard first.
  expect(marked).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(marked).toEqual([1]);
  preview.drawn();
  vi.advanceTimersByTime(1000);
  expect(marked).toEqual([1]);
});

it('follows again as soon as the card has shown that it keeps up', () => {
  take(0);
  preview.drawn();
  expect(marked).toEqual([]);
  pace.quick = true;
  preview.drawn();
  expect(marked).toEqual([1]);
  vi.advanceTimersByTime(1000);
  expect(marked).toEqual([1]);
});

it('marks what a gesture left at once, and nothing of it later', () => {
  take(0, 1);
  app.preview.value = null;
  expect(marked).toEqual([null]);
  vi.advanceTimersByTime(1000);
  expect(marked).toEqual([null]);
  expect(preview.waiting).toBe(false);
});
