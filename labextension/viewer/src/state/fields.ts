/** The fields there are to look at: the dataset's, as a person edited them, and those they made. */
import type { Column, Dataset } from '../data/dataset';
import { fieldId, parseFieldId } from '../data/field';
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
  #list: readonly Field[] | null = null;
  #genes: readonly string[] | null = null;
  #geneNames: readonly string[] | null = null;

  constructor(
    readonly dataset: Dataset,
    readonly edits: FieldEdits
  ) {
    this.#made = new Map(edits.made.map(field => [field.id, field]));
  }

  /** Columns of obs in their order, then the fields that were made; none that is deleted. */
  get list(): readonly Field[] {
    return (this.#list ??= this.#all().filter(field => this.has(field.ref)));
  }

  /** Fields that are deleted and can be had back. Genes stand among them only when deleted. */
  get deleted(): readonly Field[] {
    const genes = this.#editedGenes(this.edits.deleted)
      .filter(ref => this.dataset.has(ref))
      .map(ref => this.#field(ref, 'continuous'));
    return [...this.#all(), ...genes].filter(field => this.stateOf(field.ref) === 'deleted');
  }

  /** The genes' own names, in their order; none that is deleted. */
  get genes(): readonly string[] {
    return (this.#genes ??= this.#shownGenes());
  }

  /** What the genes of `genes` are called now. */
  get geneNames(): readonly string[] {
    return (this.#geneNames ??=
      this.#editedGenes(this.edits.names).length > 0
        ? this.genes.map(key => this.nameOf({ source: 'var', key }))
        : this.genes);
  }

  /** Whether there is such a field, and it is not deleted. */
  has(ref: FieldRef): boolean {
    return this.kindOf(ref) !== null;
  }

  /** What a field is; null where there is none of this name, or it is deleted. */
  kindOf(ref: FieldRef): Column['kind'] | null {
    return this.stateOf(ref) === 'shown' ? this.#kindOf(ref) : null;
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

  /** What the data call a field; null of one that was not renamed, or was made. */
  originalOf(ref: FieldRef): string | null {
    return ref.source !== 'user' && this.edits.names.has(fieldId(ref)) ? ref.key : null;
  }

  /** Whether a category of the data was given a colour. */
  hasColor(ref: FieldRef, category: string): boolean {
    return this.edits.colors.get(fieldId(ref))?.has(category) === true;
  }

  /** Whether a field that is shown has this name, another than `but`. */
  isTaken(name: string, but: FieldRef | null): boolean {
    return this.#called(name).some(ref => but === null || fieldId(ref) !== fieldId(but));
  }

  /**
   * The field of a name, as the notebook says it: what is called so now, then what the data call
   * so; columns of obs before genes.
   */
  find(name: string, source: 'obs' | 'var' | null): FieldRef | null {
    const own: FieldRef[] = [
      { source: 'obs', key: name },
      { source: 'var', key: name }
    ];
    const fits = (ref: FieldRef): boolean => source === null || this.#tellsOf(ref) === source;
    const found = [...this.#called(name), ...own.filter(ref => this.has(ref))].filter(fits);
    return found.find(ref => this.#tellsOf(ref) === 'obs') ?? found[0] ?? null;
  }

  /** The column of the data that must be loaded for a field; null where none is needed. */
  sourceOf(ref: FieldRef): FieldRef | null {
    const made = this.made(ref)?.made;
    if (made === undefined) {
      return this.dataset.has(ref) ? ref : null;
    }
    return made.kind === 'continuous' && this.dataset.has(made.of) ? made.of : null;
  }

  /** Fields that are shown and called so, in the order of the lists. */
  #called(name: string): FieldRef[] {
    const genes: FieldRef[] = this.#editedGenes(this.edits.names);
    const shown = [{ source: 'var', key: name } as const, ...genes]
      .filter(ref => this.has(ref) && this.nameOf(ref) === name);
    return [...this.list.filter(field => field.name === name).map(({ ref }) => ref), ...shown];
  }

  #tellsOf(ref: FieldRef): FieldRef['source'] {
    return this.made(ref)?.source ?? ref.source;
  }

  #kindOf(ref: FieldRef): Column['kind'] | null {
    const made = this.made(ref)?.made;
    if (made === undefined) {
      return this.dataset.kindOf(ref);
    }
    return made.kind === 'category' ? 'categorical' : this.dataset.kindOf(made.of);
  }

  #editedGenes(edited: ReadonlyMap<string, unknown>): FieldRef[] {
    return [...edited.keys()].flatMap(id => {
      const ref = parseFieldId(id);
      return ref?.source === 'var' ? [ref] : [];
    });
  }

  #shownGenes(): readonly string[] {
    const { genes } = this.dataset;
    return this.#editedGenes(this.edits.deleted).length > 0
      ? genes.filter(key => !this.edits.deleted.has(`var:${key}`))
      : genes;
  }

  #all(): Field[] {
    const own = this.dataset.obsFields.map(({ ref, kind, categories }) =>
      this.#field(ref, kind, categories)
    );
    // A copy of what the data no longer have waits until they have it again.
    const made = this.edits.made.flatMap(({ id, made }): Field[] => {
      const ref: FieldRef = { source: 'user', key: id };
      const kind = this.#kindOf(ref);
      return kind === null
        ? []
        : [this.#field(ref, kind, made.kind === 'category' ? made.categories.length : undefined)];
    });
    return [...own, ...made];
  }

  #field(ref: FieldRef, kind: Column['kind'], categories?: number): Field {
    const [name, original] = [this.nameOf(ref), this.originalOf(ref)];
    return { ref, name, original, kind, ...(categories === undefined ? {} : { categories }) };
  }
}
