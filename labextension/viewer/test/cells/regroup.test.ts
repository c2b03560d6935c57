import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { missingOf, MOST_CATEGORIES, regroup } from '../../src/cells/regroup';

const sizes = fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constantFrom(254, 255, 256, 1000));
const columns = sizes.chain(size =>
  fc.record({
    size: fc.constant(size),
    table: fc.array(fc.integer({ min: -1, max: size - 1 }), { maxLength: 12 }),
    codes: fc.array(fc.oneof(fc.nat(14), fc.constantFrom(255, 65_535, 2 ** 32 - 1)), { maxLength: 80 })
  })
);

describe('regrouped codes', () => {
  it('are what a table says, one cell at a time', () => {
    fc.assert(
      fc.property(columns, ({ size, table, codes }) => {
        const found = regroup(Uint32Array.from(codes), table, size);
        const naive = codes.map(code => {
          const to = table[code];
          return to === undefined || to === -1 ? null : to;
        });
        expect([...found].map(code => (code === missingOf(found) ? null : code))).toEqual(naive);
      })
    );
  });

  it('take one byte up to 255 categories, two above', () => {
    const at = (size: number): number => regroup([0], [0], size).BYTES_PER_ELEMENT;
    expect([1, 255, 256, MOST_CATEGORIES].map(at)).toEqual([1, 1, 2, 2]);
    expect(() => at(MOST_CATEGORIES + 1)).toThrow('65536 categories');
    const all = Array.from({ length: 255 }, (_, i) => i);
    expect([...regroup(all, all, 255)]).toEqual(all);
  });
});
