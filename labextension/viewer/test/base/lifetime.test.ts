import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { latest, throttle } from '../../src/base/lifetime';

describe('latest', () => {
  it('aborts the call before, and leaves its failure out', async () => {
    const done: string[] = [];
    const work = latest(async (signal: AbortSignal, name: string) => {
      await Promise.resolve();
      signal.throwIfAborted();
      done.push(name);
    });
    await Promise.all([work('first'), work('second')]);
    expect(done).toEqual(['second']);
  });

  it('lets the failure of the last one through', async () => {
    const work = latest(() => Promise.reject(new Error('broken')));
    await expect(work()).rejects.toThrow('broken');
  });
});

describe('throttle', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('calls once in the time, with the last arguments', () => {
    const call = vi.fn();
    const throttled = throttle(call, 100);
    throttled(1);
    throttled(2);
    expect(call).not.toHaveBeenCalled();
    vi.advanceTimersByTime(100);
    expect(call.mock.calls).toEqual([[2]]);
  });

  it('flushes what waits, and nothing else', () => {
    const call = vi.fn();
    const throttled = throttle(call, 100);
    throttled.flush();
    throttled(3);
    throttled.flush();
    vi.advanceTimersByTime(1000);
    expect(call.mock.calls).toEqual([[3]]);
  });
});
