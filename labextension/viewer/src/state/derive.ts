/** What is computed from columns and never saved: colours a cell, the mask of visible cells. */

import type { CategoricalColumn, Column } from '../data/dataset';
import { categoryColor, colormap, NEUTRAL, parseColor, type Rgb } from './palette';
import type { FieldRef, Filter } from './types';

/** The colour of each category: the dataset's own, else the palette's. */
export function categoryColors(column: CategoricalColumn): Rgb[] {
  return column.categories.map((_, i) => {
    const own = column.colors[i];
    return (own ? parseColor(own) : null) ?? parseColor(categoryColor(i)) ?? NEUTRAL;
  });
}

/** RGBA a cell, 4 × n bytes. */
export function cellColors(column: Column | null, colormapName: string, n: number): Uint8Array {
  const packed = new Uint32Array(n);
  const neutral = pack(NEUTRAL);
  if (column === null) {
    packed.fill(neutral);
  } else if (column.kind === 'categorical') {
    const colors = Uint32Array.from(categoryColors(column), pack);
    const { codes } = column;
    for (let i = 0; i < n; i++) {
      packed[i] = colors[codes[i]!] ?? neutral;
    }
  } else {
    const lut = colormap(colormapName);
    const colors = Uint32Array.from({ length: 256 }, (_, i) =>
      pack([lut[i * 3]!, lut[i * 3 + 1]!, lut[i * 3 + 2]!])
    );
    const { values, min, max } = column;
    const scale = max > min ? 255 / (max - min) : 0;
    for (let i = 0; i < n; i++) {
      const place = (values[i]! - min) * scale;
      // NaN fails the comparison; infinities are clamped.
      packed[i] = place === place ? colors[Math.max(0, Math.min(255, Math.round(place)))]! : neutral;
    }
  }
  return new Uint8Array(packed.buffer);
}

// All browsers run on little-endian machines.
function pack(color: Rgb): number {
  return (0xff000000 | (color[2] << 16) | (color[1] << 8) | color[0]) >>> 0;
}

/**
 * 1 for each cell that passes all enabled filters; null where all do. A filter whose column is
 * not there yet lets all cells through.
 */
export function visibleMask(
  filters: readonly Filter[],
  columnOf: (field: FieldRef) => Column | null,
  n: number
): Uint8Array | null {
  let mask: Uint8Array | null = null;
  for (const filter of filters) {
    if (filter.kind === 'cells') {
      if (filter.enabled) {
        mask ??= new Uint8Array(n).fill(1);
        for (const cell of filter.hidden) {
          mask[cell] = 0;
        }
      }
      continue;
    }
    const column = filter.enabled ? columnOf(filter.field) : null;
    if (column === null) {
      continue;
    }
    mask ??= new Uint8Array(n).fill(1);
    if (filter.kind === 'category' && column.kind === 'categorical') {
      const hidden = new Set(filter.hidden);
      const hides = Uint8Array.from(column.categories, name => (hidden.has(name) ? 1 : 0));
      const { codes } = column;
      for (let i = 0; i < n; i++) {
        if (hides[codes[i]!] === 1) {
          mask[i] = 0;
        }
      }
    } else if (filter.kind === 'range' && column.kind === 'continuous') {
      const { values } = column;
      for (let i = 0; i < n; i++) {
        const value = values[i]!;
        // Written so that a missing value is out.
        if (!(value >= filter.min && value <= filter.max)) {
          mask[i] = 0;
        }
      }
    }
  }
  return mask;
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
