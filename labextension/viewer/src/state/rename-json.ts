/**
 * New names as JSON. A category is told by its place among the others and, in `was`, by what it was
 * called, so that it is found again where categories were reordered.
 */
import { object, own, text, type JsonObject } from '../base/check';
import type { Dataset } from '../data/dataset';
import { MAX_CATEGORY, MAX_KEY, parseFieldId } from '../data/field';
import { distinctNames, shownLabels } from './labels';
import type { FieldEdits, MadeField } from './types';

/** `obs:leiden:3`: a source, a name that may hold colons itself, a place. */
const PLACED = /^(.*):(\d{1,6})$/s;

export function writeRenames({ names, categories }: FieldEdits, dataset: Dataset): JsonObject {
  const renamed: [string, string][] = [];
  const was: [string, string][] = [];
  for (const [id, labels] of categories) {
    const ref = parseFieldId(id);
    const own = ref === null ? [] : dataset.categories(ref);
    const shown = shownLabels(own, labels);
    const places = new Map(own.map((category, place) => [category, place]));
    // Those that the data do not have now stand behind the others.
    let beyond = own.length;
    for (const [category, label] of labels) {
      const place = places.get(category);
      const key = `${id}:${place ?? beyond++}`;
      // Whoever reads it has categories that differ.
      renamed.push([key, place === undefined ? label : shown[place]!]);
      was.push([key, category]);
    }
  }
  return {
    fields: Object.fromEntries(names),
    categories: Object.fromEntries(renamed),
    // Nobody need know of what was not renamed.
    ...(names.size + was.length > 0 ? { was: Object.fromEntries(was) } : {})
  };
}

/**
 * Read new names. Where a file does not say what categories were called, it is another writer's:
 * then places count, and user-defined fields are renamed in the same way as those of the data.
 */
export function readRenames(
  value: unknown,
  path: string,
  dataset: Dataset,
  made: readonly MadeField[]
): Pick<FieldEdits, 'names' | 'categories' | 'made'> {
  const renames = object(value, path);
  const names = readNames(own(renames, 'fields') ?? {}, `${path}.fields`, MAX_KEY);
  const labels = readPlaced(own(renames, 'categories') ?? {}, `${path}.categories`);
  const was = own(renames, 'was');
  const told = readPlaced(was ?? {}, `${path}.was`);
  const categories = new Map<string, Map<string, string>>();
  const placed = new Map<string, Map<number, string>>();
  for (const [key, label] of labels) {
    const [, id, place] = PLACED.exec(key) ?? [];
    const ref = parseFieldId(id ?? '');
    if (id === undefined || ref === null) {
      continue;
    }
    placed.set(id, (placed.get(id) ?? new Map<number, string>()).set(Number(place), label));
    const category = told.get(key) ?? dataset.categories(ref)[Number(place)];
    if (category !== undefined && ref.source !== 'user') {
      categories.set(id, (categories.get(id) ?? new Map<string, string>()).set(category, label));
    }
  }
  const called = (field: MadeField): MadeField => {
    const ids = [`${field.source}:${field.id}`, `${field.source}:${field.key}`];
    const key = ids.map(id => names.get(id)).find(name => name !== undefined) ?? field.key;
    const at = ids.map(id => placed.get(id)).find(found => found !== undefined);
    const { made } = field;
    if (made.kind !== 'category' || at === undefined) {
      return { ...field, key };
    }
    const categories = distinctNames(made.categories.map((c, i) => at.get(i) ?? c));
    return { ...field, key, made: { ...made, categories } };
  };
  return {
    names: new Map([...names].filter(([id]) => (parseFieldId(id)?.source ?? 'user') !== 'user')),
    categories,
    made: was === undefined ? made.map(called) : made
  };
}

/** Names of categories; what names none is passed over. */
function readPlaced(value: unknown, path: string): Map<string, string> {
  const placed = Object.entries(object(value, path)).filter(([key]) => PLACED.test(key));
  return readNames(Object.fromEntries(placed), path, MAX_CATEGORY);
}

/** What would have no name keeps its own. */
function readNames(value: unknown, path: string, limit: number): Map<string, string> {
  const named = Object.entries(object(value, path)).map(
    ([key, name]) => [key, text(name, `${path}[${JSON.stringify(key)}]`, limit)] as const
  );
  return new Map(named.filter(([, name]) => name.trim() !== ''));
}
