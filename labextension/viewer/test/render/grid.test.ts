import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridOf, placeAt } from '../../src/render/grid';
import type { Rect } from '../../src/state/types';

const ids = (count: number): string[] => Array.from({ length: count }, (_, i) => `view_${i}`);
const pixels = fc.integer({ min: 200, max: 3000 });

describe('gridOf', () => {
  it('gives one view all of the picture, fractions of pixels included', () => {
    const size = { width: 800.5, height: 600.25 };
    expect([...gridOf(['a'], size)]).toEqual([['a', { left: 0, top: 0, ...size }]]);
  });

  it('puts views beside each other where it is wide, below each other where it is high', () => {
    const wide = gridOf(['a', 'b'], { width: 801, height: 300 });
    expect([...wide.values()]).toEqual([
      { left: 0, top: 0, width: 400, height: 300 },
      { left: 401, top: 0, width: 400, height: 300 }
    ]);
    const high = gridOf(['a', 'b'], { width: 300, height: 801 });
    expect([...high.values()].map(({ left, top }) => [left, top])).toEqual([
      [0, 0],
      [0, 401]
    ]);
  });

  it('shares the last row among the views that are in it', () => {
    const places = [...gridOf(ids(5), { width: 902, height: 601 }).values()];
    expect(places.map(({ width }) => width)).toEqual([300, 300, 300, 451, 450]);
  });

  it('covers each pixel by one view, but for lines of one pixel between them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), pixels, pixels, (count, width, height) => {
        const places = [...gridOf(ids(count), { width, height }).values()];
        expect(places).toHaveLength(count);
        const rows = new Map<number, Rect[]>();
        places.forEach(place => rows.set(place.top, [...(rows.get(place.top) ?? []), place]));
        let top = 0;
        for (const row of rows.values()) {
          let left = 0;
          for (const place of row) {
            expect(place).toMatchObject({ left, top, height: row[0]!.height });
            left += place.width + 1;
          }
          expect(left).toBe(width + 1);
          top += row[0]!.height + 1;
        }
        expect(top).toBe(height + 1);
      })
    );
  });
});

describe('placeAt', () => {
  const places = gridOf(['a', 'b'], { width: 801, height: 300 });
  it.each([
    [[10, 20], { viewId: 'a', point: [10, 20] }],
    [[401, 0], { viewId: 'b', point: [0, 0] }],
    [[800.5, 299.5], { viewId: 'b', point: [399.5, 299.5] }],
    [[400, 20], null],
    [[10, 300], null],
    [[-1, 5], null]
  ] as const)('finds at %j %j', (point, expected) => {
    expect(placeAt(places, point)).toEqual(expected);
  });
});
