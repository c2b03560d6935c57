import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeCells, encodeCells, fromBase64, toBase64 } from '../../src/cells/codecs';

const cells = fc
  .uniqueArray(fc.nat(2 ** 31 - 1), { maxLength: 300 })
  .map(list => Uint32Array.from(list).sort());

describe('the cells codec', () => {
  it('comes back', () => {
    fc.assert(
      fc.property(cells, set => {
        expect(decodeCells(encodeCells(set), 2 ** 31)).toEqual(set);
      })
    );
  });

  it('is a count and differences as LEB128', () => {
    expect([...encodeCells(Uint32Array.of(5, 6, 306))]).toEqual([3, 5, 1, 0xac, 0x02]);
    expect([...encodeCells(new Uint32Array(0))]).toEqual([0]);
  });

  it('reads numbers that are longer than they need be, and ignores what follows', () => {
    const bytes = Uint8Array.of(1, 0x85, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00, 99, 99);
    expect([...decodeCells(bytes, 10)]).toEqual([5]);
  });

  it.each([
    ['no bytes', [], 10],
    ['a count above the cells', [11, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], 10],
    ['a count above the bytes', [9, 1], 10],
    ['an index that is no cell', [1, 10], 10],
    ['a sum that is no cell', [2, 9, 1], 10],
    ['an end inside a number', [1, 0x80], 10],
    ['a number without an end', [1, ...Array<number>(11).fill(0x80), 0], 10],
    ['a huge count', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1], 10]
  ])('refuses %s', (_, bytes, n) => {
    expect(() => decodeCells(Uint8Array.from(bytes), n)).toThrow(RangeError);
  });

  it('never answers with anything but cells, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), bytes => {
        let set: Uint32Array;
        try {
          set = decodeCells(bytes, 50);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        expect(set.every((cell, i) => cell < 50 && (i === 0 || cell > set[i - 1]!))).toBe(true);
      }),
      { numRuns: 500 }
    );
  });
});

describe('base64', () => {
  it.each([0, 1, 2, 3, 4, 99_999, 100_000])('comes back, of %d bytes', length => {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 31) % 256);
    expect(fromBase64(toBase64(bytes))).toEqual(bytes);
    expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
  });
});
