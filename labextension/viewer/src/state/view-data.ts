/** What one view shows, derived from its descriptor and what is loaded. */
import { computed, type ReadonlySignal } from '@preact/signals';

import type { Column } from '../data/dataset';
import { fieldId } from '../data/field';
import type { Columns } from './columns';
import { cellColors, count, visibleMask } from './derive';
import { colorScale } from './scale';
import { LOADING, type Loaded, type Shown } from './shown';
import type { View } from './types';

/** What it is derived from: the app. */
export interface Sources {
  readonly shown: Shown;
  readonly columns: Columns;
}

export class ViewData {
  readonly points: ReadonlySignal<Loaded<Float32Array>>;
  /** The column the cells are coloured by; null for none. */
  readonly column: ReadonlySignal<Loaded<Column> | null>;
  /** 1 for each cell that passes all filters; null where all do. */
  readonly visible: ReadonlySignal<Uint8Array | null>;
  readonly nVisible: ReadonlySignal<number>;
  /** RGBA a cell. */
  readonly colors: ReadonlySignal<Uint8Array>;

  constructor(view: ReadonlySignal<View>, { shown, columns }: Sources) {
    const part = <K extends keyof View>(key: K): ReadonlySignal<View[K]> =>
      computed(() => view.value[key]);
    const [dimension, field, filters, look] = [
      part('dimension'),
      part('field'),
      part('filters'),
      part('look')
    ];
    const nCells = (): number => shown.dataset.value.nCells;
    this.points = computed(() => shown.points.value.get(dimension.value) ?? LOADING);
    this.column = computed(() => (field.value === null ? null : columns.of(field.value)));
    const ready = computed(() => (field.value === null ? null : columns.ready(field.value)));
    this.visible = computed(() =>
      visibleMask(
        filters.value,
        {
          column: ref => columns.ready(ref),
          outliers: ref => {
            const loaded = shown.outliers.value.get(fieldId(ref));
            return loaded?.state === 'ready' ? loaded.value : null;
          }
        },
        nCells()
      )
    );
    this.nVisible = computed(() => count(this.visible.value, nCells()));
    const scale = computed(() => colorScale(ready.value, look.value, filters.value));
    this.colors = computed(() => cellColors(ready.value, scale.value, nCells()));
  }
}
