/** What is computed from columns and never saved: the colour of each category, and of each cell. */
import { perObject } from '../base/memo';
import { logarithms, paintCodes, paintValues } from '../cells/paint';
import type { CategoricalColumn, Column } from '../data/dataset';
import { categoryColor, colormap, NEUTRAL, parseColor, type Rgb } from './palette';
import type { ColorScale } from './scale';

/** The colour of each category: the dataset's own, else the palette's. */
export const categoryColors = perObject((column: CategoricalColumn): readonly Rgb[] =>
  column.categories.map((_, i) => {
    const own = column.colors[i];
    return (own ? parseColor(own) : null) ?? parseColor(categoryColor(i)) ?? NEUTRAL;
  })
);

/** RGBA a cell, 4 × n bytes. */
export function cellColors(column: Column | null, scale: ColorScale | null, n: number): Uint8Array {
  return new Uint8Array(packedColors(column, scale, n).buffer);
}

function packedColors(column: Column | null, scale: ColorScale | null, n: number): Uint32Array {
  const neutral = pack(NEUTRAL);
  if (column?.kind === 'categorical') {
    const table = Uint32Array.from(categoryColors(column), pack);
    return paintCodes(column.codes, table, neutral);
  }
  if (column === null || scale === null) {
    return new Uint32Array(n).fill(neutral);
  }
  const lut = colormap(scale.colormap);
  const table = Uint32Array.from({ length: 256 }, (_, i) =>
    pack([lut[i * 3]!, lut[i * 3 + 1]!, lut[i * 3 + 2]!])
  );
  const { log, min, max } = scale;
  return log
    ? paintValues(logsOf(column.values), { min: Math.log(min), max: Math.log(max) }, table, neutral)
    : paintValues(column.values, scale, table, neutral);
}

/** Kept with the column: a slider that the colours follow needs them again at each step. */
const logsOf = perObject(logarithms);

// All browsers run on little-endian machines.
function pack(color: Rgb): number {
  return (0xff000000 | (color[2] << 16) | (color[1] << 8) | color[0]) >>> 0;
}
