/** Selecting by what is typed: names of cells, or a condition on fields and genes. */
import { effect } from '@preact/signals';

import { cellsOfMask } from '../cells/cellset';
import { joinMasks, maskOfCode, maskOfComparison } from '../cells/condition';
import { cellsNamed, type Named } from '../cells/names';
import type { Column } from '../data/dataset';
import { parseFieldId } from '../data/field';
import { text } from '../text';
import type { App } from './app';
import { stepCandidate } from './candidate';
import { ConditionError, readCondition, type Condition } from './condition';
import { filtersOn } from './recipe';
import type { FieldRef, RecipeStep, SetOperation } from './types';

const TOOL = 'by-name';
/** More names are not told in a recipe: the group has the cells. */
const MOST_TOLD = 10_000;

export interface Taken extends Named {
  /** How many names were given more than once. */
  readonly repeated: number;
}

/** The names that are typed, one a line or separated by commas, semicolons or tabs; quotes around them go. */
export function readNames(typed: string): string[] {
  return [...typed.matchAll(/ *(?:"([^"\n]*)"|'([^'\n]*)'|([^\n\r\t,;]+))/g)]
    .map(([, double, single, bare]) => (double ?? single ?? bare ?? '').trim())
    .filter(name => name !== '');
}

/** Join the cells of these names to the selection, if there are any. */
export async function selectNames(
  app: App,
  names: readonly string[],
  operation: SetOperation
): Promise<Taken> {
  const began = beginIn(app);
  const wanted = new Set(names);
  const bytes = await app.shown.read(dataset => dataset.names());
  const named = cellsNamed(bytes, wanted);
  if (named.cells.length > 0) {
    take(app, named.cells, operation, began, {
      names: [...wanted].slice(0, MOST_TOLD),
      nNames: wanted.size
    });
  }
  const often = new Map<string, number>();
  names.forEach(name => often.set(name, (often.get(name) ?? 0) + 1));
  return { ...named, repeated: [...often.values()].filter(times => times > 1).length };
}

/**
 * Join the cells that meet a condition to the selection, if there are any.
 *
 * @returns how many meet it, hidden ones too
 * @throws ConditionError where it can't be understood, or names no field
 */
export async function selectWhere(
  app: App,
  typed: string,
  operation: SetOperation
): Promise<number> {
  const began = beginIn(app);
  const condition = readCondition(typed);
  const refs = new Map([...namesIn(condition)].map(name => [name, fieldNamed(app, name)]));
  const columns = new Map<string, Column>();
  await Promise.all(
    [...refs].map(async ([name, ref]) => columns.set(name, await columnOf(app, name, ref)))
  );
  const cells = cellsOfMask(maskOf(condition, columns));
  if (cells.length > 0) {
    take(app, cells, operation, began, { condition: typed.trim(), fields: [...refs.values()] });
  }
  return cells.length;
}

/** The view that is looked at when it is asked for: by the time data come it may be another. */
function beginIn(app: App): Began {
  const { id, dimension } = app.activeView.peek();
  return { view: id, dimension };
}

type Began = Pick<RecipeStep, 'view' | 'dimension'>;

function take(
  app: App,
  cells: Uint32Array,
  operation: SetOperation,
  began: Began,
  detail: Readonly<Record<string, unknown>>
): void {
  // Where that view was removed since, none is like it.
  const view = app.views.peek().some(({ id }) => id === began.view) ? began : beginIn(app);
  const filters = filtersOn(app, view.view);
  stepCandidate(app, cells, { tool: TOOL, operation, ...view, detail: { ...detail, filters } });
}

function namesIn(condition: Condition): Set<string> {
  return condition.kind === 'compare'
    ? new Set([condition.field])
    : new Set(condition.of.flatMap(part => [...namesIn(part)]));
}

/** The field that is called so now, or by the data, or has this `fieldId`. */
function fieldNamed(app: App, name: string): FieldRef {
  const fields = app.fields.peek();
  const known = fields.find(name, null);
  if (known !== null) {
    return known;
  }
  const told = parseFieldId(name);
  if (told !== null && fields.has(told)) {
    return told;
  }
  const small = name.toLowerCase();
  const like = [...fields.list.map(field => field.name), ...fields.geneNames].find(
    other => other.toLowerCase() === small
  );
  throw new ConditionError(text.noFieldCalled(name, like));
}

/** A field's column as it is shown, once it is loaded. */
function columnOf(app: App, name: string, ref: FieldRef): Promise<Column> {
  const release = app.need({ columns: [ref] });
  return new Promise<Column>((resolve, reject) => {
    const loaded = (): void => {
      const column = app.columns.of(ref);
      if (!app.fields.value.has(ref)) {
        // What a session was to bring may never come.
        reject(new ConditionError(text.noFieldCalled(name, undefined)));
      } else if (column.state === 'ready') {
        resolve(column.value);
      } else if (column.state === 'failed') {
        reject(new Error(column.message));
      } else {
        return;
      }
      // Not while it runs for the first time.
      queueMicrotask(() => stop());
    };
    const stop = effect(loaded);
  }).finally(release);
}

function maskOf(condition: Condition, columns: ReadonlyMap<string, Column>): Uint8Array {
  if (condition.kind !== 'compare') {
    const { kind } = condition;
    return condition.of.map(part => maskOf(part, columns)).reduce((a, b) => joinMasks(a, b, kind));
  }
  const { field, comparison, with: value } = condition;
  const column = columns.get(field)!;
  if (column.kind === 'categorical') {
    if (comparison !== '==' && comparison !== '!=') {
      throw new ConditionError(text.notOrdered(field, comparison));
    }
    const code = column.labels.indexOf(value.text);
    if (code < 0) {
      throw new ConditionError(text.noCategoryCalled(field, value.text, column.labels));
    }
    return maskOfCode(column.codes, code, column.categories.length, comparison === '==');
  }
  const number = Number(value.text);
  if (value.quoted || Number.isNaN(number)) {
    throw new ConditionError(text.noNumber(field, value.text));
  }
  return maskOfComparison(column.values, comparison, number);
}

