import { describe, expect, it } from 'vitest';

import { nearestCell } from '../../src/cells/nearest';

const AT = Float32Array.of(0, 0, 10, 0, 10, 0, NaN, NaN, 13, 0);

describe('the cell that is pointed at', () => {
  it.each<[string, [number, number], number, Uint8Array | null, number]>([
    ['is the nearest', [1, 1], 8, null, 0],
    ['is the one drawn last of two at a place', [10, 1], 8, null, 2],
    ['is never hidden', [10, 1], 8, Uint8Array.of(1, 1, 0, 1, 1), 1],
    ['is no cell further than the reach', [5, 20], 8, null, -1],
    ['may be just within the reach', [0, 8], 8, null, 0],
    ['is none where all are hidden', [0, 0], 8, new Uint8Array(5), -1]
  ])('%s', (_, place, reach, visible, cell) => {
    expect(nearestCell(AT, visible, place, reach)).toBe(cell);
  });

  it('is the one in front of those under the pointer in 3D, else the nearest', () => {
    const points = Float32Array.of(0, 0, 9, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 8);
    const depth = { points, eye: [0, 0, 10] } as const;
    expect(nearestCell(AT, null, [11, 0], 8, depth)).toBe(4);
    expect(nearestCell(AT, Uint8Array.of(1, 1, 1, 1, 0), [11, 0], 8, depth)).toBe(2);
    expect(nearestCell(AT, null, [17, 0], 8, depth)).toBe(4);
  });

  it('is none where there are no cells', () => {
    expect(nearestCell(new Float32Array(0), null, [0, 0], 8)).toBe(-1);
  });
});
