/** Columns as they are shown: loaded or made, with the names and colours that a person gave. */
import type { ReadonlySignal } from '@preact/signals';

import { missingOf } from '../cells/regroup';
import type { CategoricalColumn, Column } from '../data/dataset';
import { fieldId } from '../data/field';
import { isAwaited } from './awaited';
import type { Fields } from './fields';
import { shownLabels } from './labels';
import { LOADING, type Loaded, type Shown } from './shown';
import type { FieldRef, MadeCategories, MadeField } from './types';

type Names = ReadonlyMap<string, string> | undefined;

export class Columns {
  // What was derived once stays the same object, so that what follows is not computed again.
  readonly #dressed = new WeakMap<Column, { labels: Names; colors: Names; column: Column }>();
  readonly #made = new WeakMap<MadeField, Loaded<Column>>();
  readonly #copies = new WeakMap<MadeField, { of: Column; copy: Loaded<Column> }>();

  constructor(
    private readonly shown: Shown,
    private readonly fields: ReadonlySignal<Fields>
  ) {}

  /** A field's column, as far as it is loaded; only what a view or panel needs ever is. */
  of(ref: FieldRef): Loaded<Column> {
    const fields = this.fields.value;
    const made = fields.made(ref);
    if (made?.made.kind === 'category') {
      return this.#category(ref, made, made.made);
    }
    const source = made?.made.of ?? ref;
    const loaded = this.shown.columns.value.get(fieldId(source)) ?? LOADING;
    if (loaded.state !== 'ready') {
      return loaded;
    }
    return made ? this.#copy(ref, made, loaded.value) : this.#dress(loaded, fields);
  }

  /** The same, or null where it is not there yet. */
  ready(ref: FieldRef): Column | null {
    const loaded = this.of(ref);
    return loaded.state === 'ready' ? loaded.value : null;
  }

  #category(ref: FieldRef, field: MadeField, made: MadeCategories): Loaded<Column> {
    const known = this.#made.get(field);
    if (known !== undefined) {
      return known;
    }
    const { categories, codes, colors } = made;
    if (isAwaited(codes)) {
      return LOADING;
    }
    const column: CategoricalColumn = {
      kind: 'categorical',
      ref,
      categories,
      labels: categories,
      codes,
      missing: missingOf(codes),
      colors
    };
    const loaded: Loaded<Column> = { state: 'ready', value: column };
    this.#made.set(field, loaded);
    return loaded;
  }

  #copy(ref: FieldRef, field: MadeField, of: Column): Loaded<Column> {
    const known = this.#copies.get(field);
    if (known?.of === of) {
      return known.copy;
    }
    const copy: Loaded<Column> = { state: 'ready', value: { ...of, ref } };
    this.#copies.set(field, { of, copy });
    return copy;
  }

  #dress(loaded: Loaded<Column> & { state: 'ready' }, { edits }: Fields): Loaded<Column> {
    const { value } = loaded;
    if (value.kind === 'continuous') {
      return loaded;
    }
    const id = fieldId(value.ref);
    const labels = edits.categories.get(id);
    const colors = edits.colors.get(id);
    if (labels === undefined && colors === undefined) {
      return loaded;
    }
    let known = this.#dressed.get(value);
    if (known?.labels !== labels || known?.colors !== colors || known === undefined) {
      const column: Column = {
        ...value,
        labels: shownLabels(value.categories, labels),
        colors: value.categories.map((name, i) => colors?.get(name) ?? value.colors[i] ?? null)
      };
      known = { labels, colors, column };
      this.#dressed.set(value, known);
    }
    return { state: 'ready', value: known.column };
  }
}
