/** What one view shows, derived from its descriptor and what is loaded. */
import { computed, type ReadonlySignal } from '@preact/signals';

import type { Column } from '../data/dataset';
import { fieldId, type FieldRef } from '../data/field';
import type { Columns } from './columns';
import { cellColors } from './derive';
import { Passing } from './passing';
import { colorScale, type ColorScale } from './scale';
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
  /** What each filter lets through. */
  readonly passing: ReadonlySignal<Passing>;
  /** 1 for each cell that passes all filters; null where all do. */
  readonly visible: ReadonlySignal<Uint8Array | null>;
  readonly nVisible: ReadonlySignal<number>;
  /** How numbers are coloured; null where there are none. */
  readonly scale: ReadonlySignal<ColorScale | null>;
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
    let passing: Passing | null = null;
    this.passing = computed(() => {
      const data = {
        column: (ref: FieldRef) => columns.ready(ref),
        outliers: (ref: FieldRef) => {
          const loaded = shown.outliers.value.get(fieldId(ref));
          return loaded?.state === 'ready' ? loaded.value : null;
        }
      };
      passing = new Passing(filters.value, data, nCells(), passing);
      return passing;
    });
    this.visible = computed(() => this.passing.value.visible);
    this.nVisible = computed(() => this.passing.value.nVisible);
    let scale: ColorScale | null = null;
    this.scale = computed(() => {
      scale = colorScale(ready.value, look.value, filters.value, scale);
      return scale;
    });
    this.colors = computed(() => cellColors(ready.value, this.scale.value, nCells()));
  }
}
