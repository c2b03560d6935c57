import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { gunzip, gzip } from '../../src/base/gzip';

const bytes = fc.uint8Array({ maxLength: 2000 }).map(given => new Uint8Array(given));

describe('gzip', () => {
  it('comes back', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, async given => {
        const back = await gunzip(await gzip(given), given.length, 'x');
        expect(new Uint8Array(back)).toEqual(given);
      }),
      { numRuns: 30 }
    );
  });

  it('takes no more memory than can come of it, whatever is promised', async () => {
    const back = await gunzip(new Uint8Array(gzipSync(new Uint8Array(5000))), 2 ** 40, 'x');
    expect(back).toEqual(new Uint8Array(5000));
  });

  it.each([
    ['more than promised', gzipSync(new Uint8Array(5000)), 4999, 'found more'],
    ['something after its end', Buffer.concat([gzipSync('a'), Buffer.from('b')]), 10, 'whole gzip'],
    ['nothing', Buffer.alloc(0), 10, 'whole gzip'],
    ['no gzip', Buffer.from('hello, this is no gzip'), 10, 'whole gzip'],
    ['cut short', gzipSync(new Uint8Array(5000)).subarray(0, 20), 5000, 'whole gzip']
  ])('refuses %s', async (_, stored, size, why) => {
    await expect(gunzip(new Uint8Array(stored), size, 'chunk')).rejects.toThrow(why);
  });
});
