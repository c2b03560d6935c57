/** What is computed from columns and never saved: colours a cell, the mask of visible cells. */

import type { CategoricalColumn, Column } from '../data/dataset';
import { categoryColor, colormap, NEUTRAL, parseColor, type Rgb } from './palette';
import type { ColorScale } from './scale';
import type { FieldRef, Filter } from './types';

/** The colour of each category: the dataset's own, else the palette's. */
export function categoryColors(column: CategoricalColumn): Rgb[] {
  return column.categories.map((_, i) => {
    const own = column.colors[i];
    return (own ? parseColor(own) : null) ?? parseColor(categoryColor(i)) ?? NEUTRAL;
  });
}

/** RGBA a cell, 4 × n bytes. */
export function cellColors(column: Column | null, scale: ColorScale | null, n: number): Uint8Array {
  const packed = new Uint32Array(n);
  const neutral = pack(NEUTRAL);
  if (column?.kind === 'categorical') {
    const colors = Uint32Array.from(categoryColors(column), pack);
    const { codes } = column;
    for (let i = 0; i < n; i++) {
      packed[i] = colors[codes[i]!] ?? neutral;
    }
  } else if (column === null || scale === null) {
    packed.fill(neutral);
  } else {
    const lut = colormap(scale.colormap);
    const colors = Uint32Array.from({ length: 256 }, (_, i) =>
      pack([lut[i * 3]!, lut[i * 3 + 1]!, lut[i * 3 + 2]!])
    );
    const { values } = column;
    const { log } = scale;
    const min = log ? Math.log(Math.max(scale.min, leastPositive(values))) : scale.min;
    const max = log ? Math.log(scale.max) : scale.max;
    const step = max > min ? 255 / (max - min) : 0;
    for (let i = 0; i < n; i++) {
      const value = log ? Math.log(values[i]!) : values[i]!;
      const place = (value - min) * step;
      // NaN fails the comparison, and so does what has no logarithm; infinities are clamped.
      packed[i] =
        place === place && value !== -Infinity
          ? colors[Math.max(0, Math.min(255, Math.round(place)))]!
          : neutral;
    }
  }
  return new Uint8Array(packed.buffer);
}

function leastPositive(values: Float32Array): number {
  let least = Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value > 0 && value < least) {
      least = value;
    }
  }
  return least;
}

// All browsers run on little-endian machines.
function pack(color: Rgb): number {
  return (0xff000000 | (color[2] << 16) | (color[1] << 8) | color[0]) >>> 0;
}

/** What filters look at; null for what is not there yet. */
export interface FilterData {
  column(field: FieldRef): Column | null;
  outliers(field: FieldRef): Float32Array | null;
}

/**
 * 1 for each cell that passes all enabled filters; null where all do. A filter whose column is
 * not there yet lets all cells through.
 */
export function visibleMask(
  filters: readonly Filter[],
  data: FilterData,
  n: number
): Uint8Array | null {
  let mask: Uint8Array | null = null;
  for (const filter of filters) {
    const hide = filter.enabled ? hiderOf(filter, data) : null;
    if (hide !== null) {
      mask ??= new Uint8Array(n).fill(1);
      hide(mask);
    }
  }
  return mask;
}

/** What puts 0 for each cell that a filter hides; null where its data are not there. */
function hiderOf(filter: Filter, data: FilterData): ((mask: Uint8Array) => void) | null {
  if (filter.kind === 'cells') {
    return mask => {
      for (const cell of filter.hidden) {
        mask[cell] = 0;
      }
    };
  }
  if (filter.kind === 'outlier') {
    const quantiles = data.outliers(filter.field);
    // Written so that a cell without one stays.
    return quantiles && (mask => hideWhere(mask, i => quantiles[i]! > filter.threshold));
  }
  const column = data.column(filter.field);
  if (filter.kind === 'category' && column?.kind === 'categorical') {
    const hidden = new Set(filter.hidden);
    const hides = Uint8Array.from(column.categories, name => (hidden.has(name) ? 1 : 0));
    const { codes } = column;
    return mask => hideWhere(mask, i => hides[codes[i]!] === 1);
  }
  if (filter.kind === 'range' && column?.kind === 'continuous') {
    const { values } = column;
    const { min, max } = filter;
    // Written so that a missing value is out.
    return mask => hideWhere(mask, i => !(values[i]! >= min && values[i]! <= max));
  }
  return null;
}

function hideWhere(mask: Uint8Array, hides: (cell: number) => boolean): void {
  for (let i = 0; i < mask.length; i++) {
    if (hides(i)) {
      mask[i] = 0;
    }
  }
}

export function count(mask: Uint8Array | null, n: number): number {
  if (mask === null) {
    return n;
  }
  let total = 0;
  for (let i = 0; i < mask.length; i++) {
    total += mask[i]!;
  }
  return total;
}
