/** What a person did to fields as JSON, but for the codes; and back out of a stranger's. */
import {
  CheckError,
  json,
  list,
  object,
  oneOf,
  optional,
  own,
  text,
  type JsonObject
} from '../base/check';
import { MOST_CATEGORIES } from '../cells/regroup';
import type { Dataset } from '../data/dataset';
import { MAX_CATEGORY, MAX_KEY, parseFieldId } from '../data/field';
import { text as words } from '../text';
import { awaiting, countOf } from './awaited';
import { Fields } from './fields';
import { distinctNames } from './labels';
import { categoryColor, parseColor } from './palette';
import { readRenames, writeRenames } from './rename-json';
import type { FieldEdits, FieldRef, MadeField } from './types';

/** As Python takes them. */
const MAX_FIELDS = 100_000;
const MAX_ID = 10_000;

/** Keys of a made field that have a place of their own; the rest is carried along. */
const OWN_KEYS = [
  'id', 'source', 'kind', 'key', 'categories', 'colors', 'isDeleted', 'isPurged', 'codesLength',
  'codesType', 'sourceField', 'createdAt'
];

/** The edits as `core/field-overlays` has them. */
export function writeFields(edits: FieldEdits, dataset: Dataset): JsonObject {
  const ids = (state: string): string[] =>
    [...edits.deleted].filter(([, one]) => one === state).map(([id]) => id);
  return {
    renames: writeRenames(edits, dataset),
    deletedFields: { deleted: ids('deleted'), purged: ids('purged') },
    userDefinedFields: edits.made.map(writeMade),
    ...(edits.colors.size > 0 ? writeColors(edits.colors, dataset) : {})
  };
}

function writeColors(colors: FieldEdits['colors'], dataset: Dataset): JsonObject {
  return {
    categoryColors: Object.fromEntries(
      [...colors].map(([id, given]) => [id, Object.fromEntries(given)])
    ),
    paletteColors: Object.fromEntries([...colors.keys()].map(id => [id, paletteOf(id, dataset)]))
  };
}

/** What categories are drawn in that have no colour: Python has none for them. */
function paletteOf(id: string, dataset: Dataset): Readonly<Record<string, string>> {
  const ref = parseFieldId(id);
  const categories = ref === null ? [] : dataset.categories(ref);
  return Object.fromEntries(categories.map((category, i) => [category, categoryColor(i)]));
}

/** With its keys in the order in which all writers have them. */
function writeMade(field: MadeField): JsonObject {
  const { id, source, key, state, createdAt, made, extra } = field;
  const kind = made.kind;
  const states = { isDeleted: state !== 'shown', isPurged: state === 'purged' };
  const created = createdAt === 0 ? {} : { createdAt };
  const from = made.of && { sourceField: { source: made.of.source, sourceKey: made.of.key } };
  if (made.kind === 'continuous') {
    return { id, source, kind, key, ...states, ...created, ...from, ...extra };
  }
  return {
    id,
    source,
    kind,
    key,
    categories: made.categories,
    ...states,
    codesLength: countOf(made.codes),
    codesType: made.codes.BYTES_PER_ELEMENT === 1 ? 'Uint8Array' : 'Uint16Array',
    // Others ask for it of every field of categories.
    overlapStrategy: 'first',
    ...created,
    ...(made.colors.some(color => color !== null) ? { colors: made.colors } : {}),
    ...from,
    ...extra
  };
}

/** What was read: fields of categories have no codes yet; an empty array as wide as theirs awaits them. */
export interface ReadFields {
  readonly edits: FieldEdits;
  /** Fields that are left out: their names, and why. */
  readonly leftOut: readonly { readonly name: string; readonly why: string }[];
}

/**
 * Read what `writeFields` wrote, or another writer.
 *
 * @param nCells - how many cells its fields have codes for
 * @throws CheckError where it is not as the format says.
 */
export function readFields(
  value: unknown,
  path: string,
  dataset: Dataset,
  nCells = dataset.nCells
): ReadFields {
  const overlays = object(value, path);
  const at = (key: string): [unknown, string] => [own(overlays, key) ?? {}, `${path}.${key}`];
  const given = Object.hasOwn(overlays, 'userDefinedFields') ? overlays['userDefinedFields'] : [];
  const read = list(
    given,
    `${path}.userDefinedFields`,
    (field, at) => readMade(field, at, nCells),
    MAX_FIELDS
  );
  if (new Set(read.map(({ id }) => id)).size !== read.length) {
    throw new CheckError(`${path}.userDefinedFields`, 'ids that stand once each');
  }
  const leftOut: { name: string; why: string }[] = [];
  const made = read.flatMap(({ field, codesLength }): MadeField[] => {
    // What was purged is told to others only.
    if (field === null || field.state === 'purged') {
      return [];
    }
    const fits = codesLength === null || codesLength === nCells;
    if (!fits) {
      leftOut.push({ name: field.key, why: words.otherLength });
    }
    return fits ? [field] : [];
  });
  for (const { name, field } of read) {
    if (field === null) {
      leftOut.push({ name, why: words.noSource });
    }
  }
  const deleted = object(...at('deletedFields'));
  const renames = readRenames(...at('renames'), dataset, made);
  const edits: FieldEdits = {
    ...renames,
    colors: readColors(...at('categoryColors')),
    deleted: new Map([
      ...readIds(deleted, 'deleted', path).map(id => [id, 'deleted'] as const),
      ...readIds(deleted, 'purged', path).map(id => [id, 'purged'] as const)
    ]),
    nextField: above(read.map(({ id }) => id))
  };
  return { edits: { ...edits, made: named(new Fields(dataset, { ...edits, made: [] }), renames.made) }, leftOut };
}

/** Fields that are shown by names that no other has. */
function named(others: Fields, made: readonly MadeField[]): readonly MadeField[] {
  const shown = made.filter(({ state }) => state === 'shown');
  const taken = shown.map(({ key }) => key).filter(key => others.isTaken(key, null));
  const names = distinctNames(shown.map(({ key }) => key), taken);
  const keys = new Map(shown.map(({ id }, i) => [id, names[i]!]));
  return made.map(field => ({ ...field, key: keys.get(field.id) ?? field.key }));
}

/** A field as it was read; null where it does not say what it is a copy of. */
interface Read {
  readonly id: string;
  readonly name: string;
  readonly field: MadeField | null;
  readonly codesLength: number | null;
}

function readMade(value: unknown, path: string, nCells: number): Read {
  const given = object(value, path);
  const at = (key: string): [unknown, string] => [own(given, key), `${path}.${key}`];
  const kind = oneOf(...at('kind'), ['category', 'continuous'] as const);
  const source = oneOf(...at('source'), ['obs', 'var'] as const);
  const id = text(...at('id'), MAX_ID);
  const key = text(...at('key'), MAX_KEY);
  const of = readOrigin(own(given, 'sourceField'), source);
  const rest = Object.entries(given).filter(([name]) => !OWN_KEYS.includes(name));
  const isSo = (name: string): boolean => own(given, name) === true;
  const common = {
    id,
    source,
    key,
    state: isSo('isPurged') ? 'purged' : isSo('isDeleted') ? 'deleted' : 'shown',
    createdAt: whole(own(given, 'createdAt')) ?? 0,
    extra: json(Object.fromEntries(rest), path) as JsonObject
  } as const;
  if (kind === 'continuous') {
    // Of numbers there can be copies of the data's own only.
    const field = of !== null && of.source !== 'user' ? { ...common, made: { kind, of } } : null;
    return { id, name: key, field, codesLength: null };
  }
  const categories = distinctNames(
    optional(...at('categories'), (v, p) => list(v, p, readCategory, MOST_CATEGORIES)) ?? []
  );
  const colors = own(given, 'colors');
  const type = own(given, 'codesType');
  const wide = type === 'Uint16Array' || (type !== 'Uint8Array' && categories.length > 0xff);
  const codesLength = whole(own(given, 'codesLength'));
  const made = {
    kind,
    categories,
    colors: categories.map((_, i) => (Array.isArray(colors) ? readColor(colors[i]) : null)),
    codes: awaiting(wide ? new Uint16Array() : new Uint8Array(), codesLength ?? nCells),
    of
  };
  return { id, name: key, field: { ...common, made }, codesLength };
}

/** Others say its name only: then it is of the same source. */
function readOrigin(value: unknown, source: 'obs' | 'var'): FieldRef | null {
  if (typeof value !== 'object' || value === null) {
    return null;
  }
  const { source: from, sourceKey: key } = value as Partial<Record<string, unknown>>;
  const known = (['obs', 'var', 'user'] as const).find(one => one === from);
  return typeof key === 'string' ? { source: known ?? source, key } : null;
}

/** Others have numbers and truth values, too. */
function readCategory(value: unknown, path: string): string {
  return typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : text(value, path, MAX_CATEGORY);
}

/** What only informs, and need not be there. */
function whole(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** A colour in another form is none. */
function readColor(value: unknown): string | null {
  return typeof value === 'string' && parseColor(value) !== null ? value.slice(0, 7) : null;
}

/** Of the data's columns; those of made fields stand with them. */
function readColors(value: unknown, path: string): FieldEdits['colors'] {
  const fields = Object.entries(object(value, path));
  return new Map(
    fields.flatMap(([id, given]): [string, ReadonlyMap<string, string>][] => {
      const colors = Object.entries(object(given, `${path}.${id}`)).flatMap(([category, color]) => {
        const read = readColor(color);
        return read === null ? [] : [[category, read] as const];
      });
      return isOfData(id) ? [[id, new Map(colors)]] : [];
    })
  );
}

/** What is no field of the data is passed over: others list theirs, too. */
function readIds(deleted: JsonObject, key: string, path: string): string[] {
  const at = `${path}.deletedFields.${key}`;
  const ids = list(own(deleted, key) ?? [], at, (v, p) => text(v, p, MAX_KEY));
  return ids.filter(isOfData);
}

function isOfData(id: string): boolean {
  return (parseFieldId(id)?.source ?? 'user') !== 'user';
}

/** One above the largest number at the end of an id. */
function above(ids: readonly string[]): number {
  const numbers = ids.map(id => Number(/_(\d{1,9})$/.exec(id)?.[1] ?? 0));
  return numbers.reduce((a, b) => Math.max(a, b), 0) + 1;
}
