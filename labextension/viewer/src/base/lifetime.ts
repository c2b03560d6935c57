/** Work that is asked for again and again: of which calls the answer counts, and how many are made. */

/**
 * Of several asynchronous calls only the last counts: the one before is aborted, and its answer,
 * if it still comes, is left out.
 */
export function latest<A extends unknown[]>(
  work: (signal: AbortSignal, ...args: A) => Promise<void>
): (...args: A) => Promise<void> {
  let current: AbortController | null = null;
  return async (...args) => {
    current?.abort();
    const mine = new AbortController();
    current = mine;
    try {
      await work(mine.signal, ...args);
    } catch (error) {
      if (!mine.signal.aborted) {
        throw error;
      }
    }
  };
}

/** Calls at most once in `milliseconds`, the last arguments win. */
export function throttle<A extends unknown[]>(
  call: (...args: A) => void,
  milliseconds: number
): ((...args: A) => void) & { flush(): void } {
  let waiting: A | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;
  const fire = (): void => {
    timer = null;
    const args = waiting;
    waiting = null;
    if (args) {
      call(...args);
    }
  };
  const throttled = (...args: A): void => {
    waiting = args;
    timer ??= setTimeout(fire, milliseconds);
  };
  return Object.assign(throttled, {
    flush(): void {
      if (timer !== null) {
        clearTimeout(timer);
        fire();
      }
    }
  });
}
