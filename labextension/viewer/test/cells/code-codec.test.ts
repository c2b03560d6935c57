import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeCodes, encodeCodes } from '../../src/cells/code-codec';

const runs = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.nat(65_535)), { maxLength: 20 });
const wide = fc.oneof(
  runs.map(pairs => Uint16Array.from(pairs.flatMap(([n, code]) => Array<number>(n).fill(code)))),
  fc.array(fc.nat(65_535)).map(codes => Uint16Array.from(codes))
);
const narrow = wide.map(codes => Uint8Array.from(codes));

describe('codes as bytes', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(fc.oneof(wide, narrow), codes => {
        const bytes = encodeCodes(codes);
        expect([...decodeCodes(bytes, codes.length)]).toEqual([...codes]);
        const raw = 2 + (codes.length > 127 ? 1 : 0) + codes.byteLength;
        expect(bytes.length).toBeLessThanOrEqual(raw);
      })
    );
  });

  it('are as the format says', () => {
    expect([...encodeCodes(Uint8Array.of(1, 2, 255))]).toEqual([0, 3, 1, 2, 255]);
    expect([...encodeCodes(Uint16Array.of(1, 256))]).toEqual([1, 2, 1, 0, 0, 1]);
    expect([...encodeCodes(new Uint16Array(300).fill(300))]).toEqual([2, 172, 2, 1, 172, 2, 172, 2]);
    expect([...encodeCodes(new Uint8Array())]).toEqual([0, 0]);
  });

  it.each([
    ['nothing', []],
    ['an unknown encoding', [3, 3, 0, 0, 0]],
    ['another number', [0, 4, 0, 0, 0, 0]],
    ['too few bytes', [0, 3, 0, 0]],
    ['too few bytes of two', [1, 3, 0, 0, 0, 0, 0]],
    ['runs that end early', [2, 3, 1, 7, 2]],
    ['runs that go on', [2, 3, 2, 7, 2, 8, 2]],
    ['a run that goes on for ever', [2, 3, 1, 7, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]],
    ['a code of three bytes', [2, 3, 1, 128, 128, 4, 3]],
    ['more runs than bytes', [2, 3, 200, 1, 7, 3]],
    ['a number without end', [0, ...Array<number>(20).fill(128)]]
  ])('are refused where they are %s', (_, bytes) => {
    expect(() => decodeCodes(Uint8Array.from(bytes), 3)).toThrow(RangeError);
  });
});
