import { expect, it } from 'vitest';

import type { Gpu } from '../../src/render/gpu';
import { Marks } from '../../src/render/marks';

const CELLS = Uint32Array.from({ length: 1_000_000 }, (_, i) => 5 * i);
const FEW = Uint32Array.from({ length: 50 }, (_, i) => 90_000 * i);

/** How many cells are drawn of each set: nothing is uploaded for that. */
function drawn(marks: Marks, part: number): number[] {
  return marks.all([0, 0, 0], part).map(({ rows }) => rows.length);
}

it('draws as large a share of the marked cells as of all cells, and all of a few', () => {
  const marks = new Marks({ epoch: 0 } as Gpu);
  marks.highlight([{ color: '#ff0000', cells: FEW }]);
  marks.select(CELLS);
  expect(drawn(marks, 1)).toEqual([50, 1_000_000]);
  expect(drawn(marks, 0.2)).toEqual([50, 200_000]);
  expect(drawn(marks, 1)).toEqual([50, 1_000_000]);
  marks.select(CELLS.subarray(0, 500_000));
  expect(drawn(marks, 0.2)).toEqual([50, 100_000]);
  marks.select(null);
  expect(drawn(marks, 0.2)).toEqual([50]);
});
