import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Packers, type Packer } from '../../src/base/packers';
import { pack, type Packed, type Packing } from '../../src/base/packing';

const bytes = Uint8Array.from({ length: 5000 }, (_, i) => i % 7);
const task: Packing = { work: 'gzip', bytes };
const inPlace = await pack(task);

/** A worker as a browser has it, but in this thread; `fails` says how, if it does. */
class Beside implements Packer {
  onmessage: Packer['onmessage'] = null;
  onerror: Packer['onerror'] = null;
  onmessageerror: Packer['onmessageerror'] = null;
  terminated = false;
  asked = 0;

  constructor(private readonly fails: 'never' | 'silent' | 'dies' | 'no memory' = 'never') {}

  postMessage(data: Packing, transfer: unknown): void {
    this.asked++;
    const sent = structuredClone(data, { transfer: transfer as ArrayBuffer[] });
    const self = this as unknown as Worker;
    const answer = (packed: Packed | null): void => {
      this.onmessage?.call(self, new MessageEvent('message', { data: packed }));
    };
    if (this.fails === 'never') {
      void pack(sent).then(answer);
    } else if (this.fails === 'dies') {
      queueMicrotask(() => void this.onerror?.call(self, new ErrorEvent('error')));
    } else if (this.fails === 'no memory') {
      queueMicrotask(() => answer(null));
    }
  }

  terminate(): void {
    this.terminated = true;
  }
}

function kept(made: Beside[], one: Beside): Beside {
  made.push(one);
  return one;
}

// Node has none.
vi.stubGlobal('ErrorEvent', Event);

describe('packers', () => {
  it('share the work, and leave what they are given to whom it belongs', async () => {
    const made: Beside[] = [];
    const packers = new Packers(() => kept(made, new Beside()));
    const all = await Promise.all(Array.from({ length: 7 }, () => packers.ask(task)));
    expect(all).toEqual(Array(7).fill(inPlace));
    expect(made.map(({ asked }) => asked).sort()).toEqual([3, 4]);
    expect(bytes).toHaveLength(5000);
  });

  it('begin with what takes longest', async () => {
    const packers = new Packers(() => new Beside());
    const done: number[] = [];
    const sizes = [10, 20, 30, 5000, 40];
    await Promise.all(
      sizes.map(async size => {
        await packers.ask({ work: 'gzip', bytes: bytes.slice(0, size) });
        done.push(size);
      })
    );
    expect(done.indexOf(5000)).toBeLessThan(done.indexOf(40));
    expect(done.indexOf(40)).toBeLessThan(done.indexOf(30));
  });

  it('take a part of a buffer for that part only', async () => {
    const packers = new Packers(() => new Beside());
    const whole = new Uint8Array([1, 2, 3, ...gzipSync(bytes)]);
    const stored = whole.subarray(3);
    const found = await packers.ask({ work: 'gunzip', bytes: stored, size: bytes.length });
    expect(found).toEqual({ bytes });
    expect(whole[0]).toBe(1);
  });

  it('say what is wrong with what they unpack, and go on', async () => {
    const packers = new Packers(() => new Beside());
    const stored = new Uint8Array(gzipSync(bytes));
    const found = await packers.ask({ work: 'gunzip', bytes: stored, size: 4999 });
    expect(found).toEqual({ expected: '4999 bytes after gzip, and found more' });
    expect(await packers.ask(task)).toEqual(inPlace);
  });

  describe('that fail', () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
    afterEach(() => void vi.useRealTimers());

    it.each(['dies', 'no memory'] as const)('are not asked again: one %s', async fails => {
      const made: Beside[] = [];
      const packers = new Packers(() => kept(made, new Beside(fails)));
      expect(await Promise.all([1, 2, 3, 4].map(() => packers.ask(task)))).toEqual(
        Array(4).fill(null)
      );
      expect(await packers.ask(task)).toBeNull();
      expect(made.map(({ asked, terminated }) => [asked, terminated])).toEqual([
        [1, true],
        [1, true]
      ]);
    });

    it('are waited for no longer than some seconds', async () => {
      const made: Beside[] = [];
      const packers = new Packers(() => kept(made, new Beside('silent')));
      const answers = Promise.all([1, 2, 3].map(() => packers.ask(task)));
      await vi.advanceTimersByTimeAsync(6000);
      expect(await answers).toEqual([null, null, null]);
      expect(made.every(({ terminated }) => terminated)).toBe(true);
      expect(await packers.ask(task)).toBeNull();
    });

    it('do nothing where they can’t be made', async () => {
      const packers = new Packers(() => {
        throw new Error('the policy forbids it');
      });
      expect(await Promise.all([packers.ask(task), packers.ask(task)])).toEqual([null, null]);
    });
  });
});
