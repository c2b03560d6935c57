/** The legend of the active view, derived from its column, its filters and what is visible. */
import { computed, type ReadonlySignal } from '@preact/signals';

import { perObject, setOf } from '../base/memo';
import { histogram } from '../cells/histogram';
import { countCodesOfOthers } from '../cells/masks';
import type { CategoricalColumn, ContinuousColumn } from '../data/dataset';
import type { App } from './app';
import { categoryColors, cellColors } from './derive';
import { filterOf } from './filters';
import { css, hexOf, NEUTRAL } from './palette';
import { positivesOf, type ColorScale } from './scale';
import type { FieldRef } from './types';
import type { ViewData } from './view-data';

export interface CategoryEntry {
  readonly category: string;
  /** What it is called now. */
  readonly label: string;
  readonly color: string;
  /** Cells with this category, those of them that all other filters let through, and that are visible. */
  readonly total: number;
  readonly available: number;
  readonly visible: number;
  /** Whether the category itself is shown, whatever other filters do. */
  readonly shown: boolean;
}

export interface CategoryLegend {
  readonly kind: 'categorical';
  readonly ref: FieldRef;
  readonly entries: readonly CategoryEntry[];
  readonly missing: number;
  readonly missingColor: string;
}

export interface NumberLegend {
  readonly kind: 'continuous';
  readonly ref: FieldRef;
  /** The range of all values. */
  readonly min: number;
  readonly max: number;
  /** The range that is shown: that of all where nothing is filtered. */
  readonly low: number;
  readonly high: number;
  /** The range that the colours span. */
  readonly from: number;
  readonly to: number;
  /** How many cells are in each of the bins of equal width from `min` to `max`, and are visible. */
  readonly all: Uint32Array;
  readonly visible: Uint32Array;
  readonly missing: number;
  /** How many values have no colour on a logarithmic scale; 0 on a linear one. */
  readonly withoutLog: number;
  readonly missingColor: string;
  /** Colours of the values from `min` to `max`, at equal steps. */
  readonly stops: readonly string[];
  readonly colormap: string;
  readonly log: boolean;
  readonly rangeFollows: boolean;
}

export type Legend = CategoryLegend | NumberLegend;

const BINS = 64;
const STOPS = 33;
const NOTHING: readonly string[] = [];

/** The legend; null while there is no field, or its column is not there yet. */
export function legendOf(app: App): ReadonlySignal<Legend | null> {
  return computed(() => {
    const column = app.column.value;
    if (column?.state !== 'ready') {
      return null;
    }
    const data = app.data(app.activeView.value.id);
    return column.value.kind === 'categorical'
      ? ofCategories(app, column.value, data)
      : ofNumbers(app, column.value, data);
  });
}

/** “#rrggbb”, made once: a column may have 100,000. */
const colorsOf = perObject((column: CategoricalColumn) => categoryColors(column).map(hexOf));

const totalsOf = perObject(({ codes, categories }: CategoricalColumn) =>
  countCodesOfOthers(codes, categories.length, null, null)
);

const binsOf = perObject(({ values, min, max }: ContinuousColumn) =>
  histogram(values, null, min, max, BINS)
);

function ofCategories(app: App, column: CategoricalColumn, data: ViewData): CategoryLegend {
  const { ref, categories, codes, labels } = column;
  const filter = filterOf(app.activeView.value, 'category', ref);
  const hidden = setOf(filter?.enabled ? filter.hidden : NOTHING);
  const passing = data.passing.value;
  const totals = totalsOf(column);
  const available =
    passing.missed === null
      ? totals
      : countCodesOfOthers(
          codes,
          categories.length,
          passing.missed,
          filter === undefined ? null : passing.mask(filter)
        );
  const colors = colorsOf(column);
  const entries = categories.map((category, i) => {
    const shown = !hidden.has(category);
    return {
      category,
      label: labels[i]!,
      color: colors[i]!,
      total: totals[i]!,
      available: available[i]!,
      visible: shown ? available[i]! : 0,
      shown
    };
  });
  const missing = totals[categories.length]!;
  return { kind: 'categorical', ref, entries, missing, missingColor: css(NEUTRAL) };
}

function ofNumbers(app: App, column: ContinuousColumn, data: ViewData): NumberLegend {
  const { ref, values, min, max, missing } = column;
  const { look } = app.activeView.value;
  const filter = filterOf(app.activeView.value, 'range', ref);
  const range = filter?.enabled ? filter : { min, max };
  const scale = data.scale.value ?? { min, max };
  const all = binsOf(column);
  const visible = data.visible.value;
  return {
    kind: 'continuous',
    ref,
    min,
    max,
    low: range.min,
    high: range.max,
    from: scale.min,
    to: scale.max,
    all,
    visible: visible === null ? all : histogram(values, visible, min, max, BINS),
    missing,
    withoutLog: look.log ? positivesOf(values).others : 0,
    missingColor: css(NEUTRAL),
    stops: stopsOf(column, data.scale.value),
    colormap: look.colormap,
    log: look.log,
    rangeFollows: look.rangeFollows
  };
}

function stopsOf(column: ContinuousColumn, scale: ColorScale | null): string[] {
  const { min, max } = column;
  const values = Float32Array.from({ length: STOPS }, (_, i) => min + (i / (STOPS - 1)) * (max - min));
  const rgba = cellColors({ ...column, values }, scale, STOPS);
  return Array.from(values, (_, i) => css([rgba[4 * i]!, rgba[4 * i + 1]!, rgba[4 * i + 2]!]));
}
