/** Arrays that stand for cells and codes which a session still brings: empty, and told from all others. */
import { text } from '../text';
import { say, type Speaker } from './messages';

const awaited = new WeakMap<object, number>();

/** Mark an empty array as one whose `count` entries are on their way. */
export function awaiting<T extends object>(array: T, count: number): T {
  awaited.set(array, count);
  return array;
}

/** Whether an array only stands for what is on its way. */
export function isAwaited(array: object): boolean {
  return awaited.has(array);
}

/** How many entries there are, or will be. */
export function countOf(array: { readonly length: number }): number {
  return awaited.get(array) ?? array.length;
}

/** Whether something that a command needs is still on its way; a person hears so then. */
export function mustWait(app: Speaker, needed: readonly object[]): boolean {
  const waits = needed.some(isAwaited);
  if (waits) {
    say(app, 'info', text.stillArriving);
  }
  return waits;
}
