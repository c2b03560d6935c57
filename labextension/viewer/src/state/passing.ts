/** What the filters of a view let through, each by itself and all together. */
import { setOf } from '../base/memo';
import {
  countMask,
  maskOfCodes,
  maskOfNone,
  maskOfRange,
  maskUpTo,
  maskWithout,
  missedAlone,
  misses,
  type Missed
} from '../cells/masks';
import type { Column } from '../data/dataset';
import type { Filter, FieldRef } from './types';

/** What filters look at; null for what is not there yet. */
export interface FilterData {
  column(field: FieldRef): Column | null;
  outliers(field: FieldRef): Float32Array | null;
}

/** The mask of one filter, and what it was computed from. */
interface Known {
  readonly from: readonly unknown[];
  readonly mask: Uint8Array;
}

/** How many cells a filter lets through, of those that all others do. */
export interface FilterCounts {
  readonly passes: number;
  readonly available: number;
}

export class Passing {
  /** 1 for each cell that passes all filters; null where there is none. */
  readonly visible: Uint8Array | null;
  readonly nVisible: number;
  /** How many filters hide each cell; null where there is none. */
  readonly missed: Missed | null;

  readonly #known: ReadonlyMap<Filter, Known>;
  #alone: readonly number[] | null = null;

  /**
   * Of the filters only those count that are enabled, and whose data are there.
   *
   * @param before - what held before: of filters that are the same still nothing is computed again
   */
  constructor(filters: readonly Filter[], data: FilterData, n: number, before: Passing | null) {
    const known = before === null ? null : before.#known;
    this.#known = new Map(
      filters.flatMap(filter => {
        const mask = filter.enabled ? maskOf(filter, data, n, known?.get(filter)) : null;
        return mask === null ? [] : [[filter, mask] as const];
      })
    );
    const masks = [...this.#known.values()].map(({ mask }) => mask);
    this.missed = masks.length > 0 ? misses(masks, n, before?.missed ?? null) : null;
    this.visible = this.missed && maskOfNone(this.missed);
    this.nVisible = countMask(this.visible, n);
  }

  /** The mask of a filter; null where it does not count. */
  mask(filter: Filter): Uint8Array | null {
    return this.#known.get(filter)?.mask ?? null;
  }

  /** Null for a filter that does not count. */
  counts(filter: Filter): FilterCounts | null {
    const mask = this.mask(filter);
    if (mask === null || this.missed === null) {
      return null;
    }
    this.#alone ??= missedAlone(this.missed);
    const alone = this.#alone[this.missed.masks.indexOf(mask)]!;
    return { passes: this.nVisible, available: this.nVisible + alone };
  }
}

function maskOf(filter: Filter, data: FilterData, n: number, known?: Known): Known | null {
  // What is given is compared, so that another column of the same name is not taken for it.
  const fresh = (from: readonly unknown[], make: () => Uint8Array): Known =>
    known?.from.every((given, i) => given === from[i]) ? known : { from, mask: make() };
  if (filter.kind === 'cells') {
    return fresh([n], () => maskWithout(filter.hidden, n));
  }
  if (filter.kind === 'outlier') {
    const quantiles = data.outliers(filter.field);
    return quantiles && fresh([quantiles], () => maskUpTo(quantiles, nearest(filter.threshold)));
  }
  const column = data.column(filter.field);
  if (filter.kind === 'category' && column?.kind === 'categorical') {
    const { codes, categories } = column;
    return fresh([codes, categories], () => {
      const hidden = setOf(filter.hidden);
      const hides = Uint8Array.from(categories, name => (hidden.has(name) ? 1 : 0));
      return maskOfCodes(codes, hides, filter.missing ? 1 : 0);
    });
  }
  if (filter.kind === 'range' && column?.kind === 'continuous') {
    const { values } = column;
    const [min, max] = [nearest(filter.min), nearest(filter.max)];
    return fresh([values], () => maskOfRange(values, min, max, !filter.missing));
  }
  return null;
}

/** Columns hold numbers of 32 bits: 0.1 means the value that is nearest to it. */
function nearest(value: number): number {
  return Math.fround(value);
}
