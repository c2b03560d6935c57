/** The legend of the active view, derived from its column, its filters and what is visible. */
import { computed, type ReadonlySignal } from '@preact/signals';

import { perObject, setOf } from '../base/memo';
import { histogram } from '../cells/histogram';
import { countCodesOfOthers, countNoNumberOfOthers } from '../cells/masks';
import type { CategoricalColumn, ContinuousColumn } from '../data/dataset';
import type { App } from './app';
import { BINS, binsOf, missingIn, totalsOf } from './counted';
import { categoryColors, cellColors } from './derive';
import { filterOf } from './filters';
import { css, hexOf, NEUTRAL } from './palette';
import { positivesOf, type ColorScale } from './scale';
import type { FieldRef, Look, View } from './types';
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

/** Cells without a category, or without a finite value. */
export type MissingEntry = Pick<CategoryEntry, 'color' | 'total' | 'available' | 'visible' | 'shown'>;

export interface CategoryLegend {
  readonly kind: 'categorical';
  readonly ref: FieldRef;
  readonly entries: readonly CategoryEntry[];
  readonly missing: MissingEntry;
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
  readonly missing: MissingEntry;
  /** Whether some of them are infinite. */
  readonly infinite: boolean;
  /** How many values have no colour on a logarithmic scale; 0 on a linear one. */
  readonly withoutLog: number;
  /** Colours of the values from `min` to `max`, at equal steps. */
  readonly stops: readonly string[];
  readonly colormap: string;
  readonly log: boolean;
  readonly rangeFollows: boolean;
}

export type Legend = CategoryLegend | NumberLegend;

const STOPS = 33;
const NOTHING: readonly string[] = [];

/** What the legend needs of the active view: a camera that moves is not among it. */
interface Shown {
  readonly data: ViewData;
  readonly filters: View['filters'];
  readonly look: Look;
  /** Of the cells that are visible; null where the column has no numbers. */
  readonly bins: Uint32Array | null;
}

/** The legend; null while there is no field, or its column is not there yet. */
export function legendOf(app: App): ReadonlySignal<Legend | null> {
  const id = computed(() => app.activeView.value.id);
  const filters = computed(() => app.activeView.value.filters);
  const look = computed(() => app.activeView.value.look);
  const ready = computed(() => {
    const column = app.column.value;
    return column?.state === 'ready' ? column.value : null;
  });
  // By itself, as it does not change with the look.
  const bins = computed(() => {
    const column = ready.value;
    return column?.kind === 'continuous' ? visibleBins(column, app.data(id.value)) : null;
  });
  return computed(() => {
    const column = ready.value;
    if (column === null) {
      return null;
    }
    const shown: Shown = {
      data: app.data(id.value),
      filters: filters.value,
      look: look.value,
      bins: bins.value
    };
    return column.kind === 'categorical' ? ofCategories(column, shown) : ofNumbers(column, shown);
  });
}

/** “#rrggbb”, made once: a column may have 100,000. */
const colorsOf = perObject((column: CategoricalColumn) => categoryColors(column).map(hexOf));

function visibleBins(column: ContinuousColumn, { visible }: ViewData): Uint32Array {
  const { values, min, max } = column;
  return visible.value === null
    ? binsOf(column)
    : histogram(values, visible.value, min, max, BINS);
}

function ofCategories(column: CategoricalColumn, { data, filters }: Shown): CategoryLegend {
  const { ref, categories, codes, labels } = column;
  const filter = filterOf({ filters }, 'category', ref);
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
  const missing = missingEntry(totals.at(-1)!, available.at(-1)!, filter);
  return { kind: 'categorical', ref, entries, missing };
}

function ofNumbers(column: ContinuousColumn, { data, filters, look, bins }: Shown): NumberLegend {
  const { ref, values, min, max } = column;
  const filter = filterOf({ filters }, 'range', ref);
  const range = filter?.enabled ? filter : { min, max };
  const scale = data.scale.value ?? { min, max };
  const all = binsOf(column);
  const total = missingIn(column);
  const { missed } = data.passing.value;
  const mask = filter === undefined ? null : data.passing.value.mask(filter);
  const available =
    total === 0 || missed === null ? total : countNoNumberOfOthers(values, missed, mask);
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
    visible: bins ?? all,
    missing: missingEntry(total, available, filter),
    infinite: total > column.missing,
    withoutLog: look.log ? positivesOf(values).others : 0,
    stops: stopsOf(column, data.scale.value),
    colormap: look.colormap,
    log: look.log,
    rangeFollows: look.rangeFollows
  };
}

function missingEntry(
  total: number,
  available: number,
  filter: { readonly enabled: boolean; readonly missing: boolean } | undefined
): MissingEntry {
  const shown = !(filter?.enabled && filter.missing);
  return { color: css(NEUTRAL), total, available, visible: shown ? available : 0, shown };
}

function stopsOf(column: ContinuousColumn, scale: ColorScale | null): string[] {
  const { min, max } = column;
  const values = Float32Array.from({ length: STOPS }, (_, i) => min + (i / (STOPS - 1)) * (max - min));
  const rgba = cellColors({ ...column, values }, scale, STOPS);
  return Array.from(values, (_, i) => css([rgba[4 * i]!, rgba[4 * i + 1]!, rgba[4 * i + 2]!]));
}
