/** The fields there are to look at: the dataset's, as a person edited them, and those they made. */
import type { Column, Dataset } from '../data/dataset';
import { fieldId } from '../data/field';
import type { FieldEdits, FieldRef, MadeField } from './types';

/** A field as it stands in a list. */
export interface Field {
  readonly ref: FieldRef;
  /** What it is called now. */
  readonly name: string;
  /** What the data call it, where it was renamed. */
  readonly original: string | null;
  readonly kind: Column['kind'];
  /** How many categories, of a categorical one. */
  readonly categories?: number;
}

export const NO_EDITS: FieldEdits = {
  names: new Map(),
  categories: new Map(),
  colors: new Map(),
  deleted: new Map(),
  made: [],
  nextField: 1
};

export class Fields {
  readonly #made: ReadonlyMap<string, MadeField>;

  constructor(
    readonly dataset: Dataset,
    readonly edits: FieldEdits
  ) {
    this.#made = new Map(edits.made.map(field => [field.id, field]));
  }

  /** Columns of obs in their order, then the fields that were made; none that is deleted. */
  get list(): readonly Field[] {
    return this.#all().filter(field => this.has(field.ref));
  }

  /** Fields that are deleted and can be had back. Genes stand among them only when deleted. */
  get deleted(): readonly Field[] {
    const genes = [...this.edits.deleted.keys()]
      .filter(id => id.startsWith('var:'))
      .map(id => this.#field({ source: 'var', key: id.slice(4) }, 'continuous'));
    return [...this.#all(), ...genes].filter(field => this.stateOf(field.ref) === 'deleted');
  }

  /** The genes' names, in their order; none that is deleted. */
  get genes(): readonly string[] {
    const { genes } = this.dataset;
    return [...this.edits.deleted.keys()].some(id => id.startsWith('var:'))
      ? genes.filter(key => !this.edits.deleted.has(`var:${key}`))
      : genes;
  }

  /** Whether there is such a field, and it is not deleted. */
  has(ref: FieldRef): boolean {
    return this.kindOf(ref) !== null;
  }

  /** What a field is; null where there is none of this name, or it is deleted. */
  kindOf(ref: FieldRef): Column['kind'] | null {
    if (this.stateOf(ref) !== 'shown') {
      return null;
    }
    const made = this.made(ref)?.made;
    if (made === undefined) {
      return this.dataset.kindOf(ref);
    }
    return made.kind === 'category' ? 'categorical' : this.dataset.kindOf(made.of);
  }

  stateOf(ref: FieldRef): MadeField['state'] {
    return this.made(ref)?.state ?? this.edits.deleted.get(fieldId(ref)) ?? 'shown';
  }

  made(ref: FieldRef): MadeField | undefined {
    return ref.source === 'user' ? this.#made.get(ref.key) : undefined;
  }

  /** What a field is called now. */
  nameOf(ref: FieldRef): string {
    return this.made(ref)?.key ?? this.edits.names.get(fieldId(ref)) ?? ref.key;
  }

  /** The column of the data that must be loaded for a field; null where none is needed. */
  sourceOf(ref: FieldRef): FieldRef | null {
    const made = this.made(ref)?.made;
    if (made === undefined) {
      return this.dataset.has(ref) ? ref : null;
    }
    return made.kind === 'continuous' && this.dataset.has(made.of) ? made.of : null;
  }

  #all(): Field[] {
    const own = this.dataset.obsFields.map(({ ref, kind, categories }) =>
      this.#field(ref, kind, categories)
    );
    const made = this.edits.made.map(field => {
      const ref: FieldRef = { source: 'user', key: field.id };
      return field.made.kind === 'category'
        ? this.#field(ref, 'categorical', field.made.categories.length)
        : this.#field(ref, 'continuous');
    });
    return [...own, ...made];
  }

  #field(ref: FieldRef, kind: Column['kind'], categories?: number): Field {
    const name = this.nameOf(ref);
    const original = ref.source !== 'user' && name !== ref.key ? ref.key : null;
    return { ref, name, original, kind, ...(categories === undefined ? {} : { categories }) };
  }
}
