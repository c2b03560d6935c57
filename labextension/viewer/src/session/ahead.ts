/** Chunks inflated before it is their turn, so that those who do it are never idle. */
import type { FoundChunk } from './contributor';

/** As many as are inflated at a time, and one that is there already. */
const AHEAD = 3;

interface Stored {
  readonly stored: { inflate(): Promise<FoundChunk> };
}

/** Each of a list, in its order, with what it inflates to, and the next one. */
export function* ahead<T extends Stored>(
  list: readonly T[]
): Generator<readonly [one: T, inflated: Promise<FoundChunk>, next: T | undefined]> {
  const begun: Promise<FoundChunk>[] = [];
  for (const [at, one] of list.entries()) {
    for (const { stored } of list.slice(at + begun.length, at + AHEAD)) {
      const inflated = stored.inflate();
      // Who takes it hears of it; nobody does when it is cancelled.
      inflated.catch(() => undefined);
      begun.push(inflated);
    }
    yield [one, begun.shift()!, list[at + 1]];
  }
}
