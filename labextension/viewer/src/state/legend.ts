/** The legend of the active view, derived from its column, its filters and what is visible. */
import { computed, type ReadonlySignal } from '@preact/signals';

import type { CategoricalColumn } from '../data/dataset';
import type { App } from './app';
import { categoryColors } from './derive';
import { isFilterOf } from './filters';
import { COLORMAP_NAMES, colormap, NEUTRAL, type Rgb } from './palette';
import type { FieldRef } from './types';

export interface CategoryEntry {
  readonly category: string;
  /** What it is called now. */
  readonly label: string;
  readonly color: string;
  /** Cells with this category, and how many of them are visible. */
  readonly total: number;
  readonly visible: number;
  /** Whether the category itself is shown, whatever other filters do. */
  readonly shown: boolean;
}

export type Legend =
  | {
      readonly kind: 'categorical';
      readonly ref: FieldRef;
      readonly entries: readonly CategoryEntry[];
      readonly missing: number;
      readonly missingColor: string;
    }
  | {
      readonly kind: 'continuous';
      readonly ref: FieldRef;
      readonly min: number;
      readonly max: number;
      readonly missing: number;
      readonly missingColor: string;
      /** Colours from `min` to `max`, at equal steps. */
      readonly stops: readonly string[];
      readonly colormap: string;
    };

export const COLORMAPS = COLORMAP_NAMES;

/** The legend; null while there is no field, or its column is not there yet. */
export function legendOf(app: App): ReadonlySignal<Legend | null> {
  return computed(() => {
    const column = app.column.value;
    if (column?.state !== 'ready') {
      return null;
    }
    const { value } = column;
    const missingColor = css(NEUTRAL);
    if (value.kind === 'categorical') {
      const counts = countCategories(value, app.visible.value);
      const filter = app.activeView.value.filters.find(isFilterOf(value.ref));
      const hidden = new Set(filter?.kind === 'category' && filter.enabled ? filter.hidden : []);
      const colors = categoryColors(value);
      const entries = value.categories.map((category, i) => ({
        category,
        label: value.labels[i] ?? category,
        color: css(colors[i] ?? NEUTRAL),
        total: counts.total[i] ?? 0,
        visible: counts.visible[i] ?? 0,
        shown: !hidden.has(category)
      }));
      return { kind: 'categorical', ref: value.ref, entries, missing: counts.missing, missingColor };
    }
    const name = app.activeView.value.look.colormap;
    const lut = colormap(name);
    const stops = Array.from({ length: 16 }, (_, i) => {
      const at = Math.round((i * 255) / 15) * 3;
      return css([lut[at] ?? 0, lut[at + 1] ?? 0, lut[at + 2] ?? 0]);
    });
    const { ref, min, max, missing } = value;
    return { kind: 'continuous', ref, min, max, missing, missingColor, stops, colormap: name };
  });
}

function css(color: Rgb): string {
  return `rgb(${color.join(' ')})`;
}

function countCategories(
  column: CategoricalColumn,
  visible: Uint8Array | null
): { total: Uint32Array; visible: Uint32Array; missing: number } {
  const size = column.categories.length;
  const total = new Uint32Array(size);
  const seen = new Uint32Array(size);
  const { codes } = column;
  let missing = 0;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (code >= size) {
      missing++;
      continue;
    }
    total[code]!++;
    if (visible === null || visible[i] === 1) {
      seen[code]!++;
    }
  }
  return { total, visible: seen, missing };
}
