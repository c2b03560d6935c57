/** Readers of the state's values out of sessions and other strangers' JSON. */
import {
  boolean,
  CheckError,
  integer,
  json,
  list,
  number,
  object,
  oneOf,
  optional,
  own,
  text,
  type JsonObject
} from '../base/check';
import { fieldId } from '../data/field';
import { readField, readFilter } from './filter-json';
import { FIRST_PAGE_COLOR, firstPage } from './opening';
import { parseColor } from './palette';
import type {
  Camera,
  Dimension,
  Filter,
  Group,
  Highlights,
  Layout,
  Page,
  RecipeStep,
  SetOperation,
  Vec3,
  View
} from './types';

const OPERATIONS: readonly SetOperation[] = ['replace', 'intersect', 'add', 'remove'];
const DIMENSIONS: readonly Dimension[] = [1, 2, 3];
const NAVIGATIONS: readonly View['navigation'][] = ['orbit', 'fly'];

/** All cells lie within a few units: what is farther is no picture of them, and float32 has no place for it. */
const FARTHEST = 1e6;

/** As long as Python takes them. */
const MAX_NAME = 10_000;
const MAX_VIEWS = 100;
const MAX_FILTERS = 1000;
const MAX_PAGES = 100_000;
const MAX_GROUPS = 100_000;
const MAX_STEPS = 1000;

export function readView(value: unknown, path: string): View {
  const view = object(value, path);
  const at = (key: string): [unknown, string] => [own(view, key), `${path}.${key}`];
  const look = object(...at('look'));
  return {
    id: text(...at('id'), MAX_NAME),
    kind: oneOf(...at('kind'), ['live', 'kept'] as const),
    dimension: oneOf(...at('dimension'), DIMENSIONS),
    navigation: optional(...at('navigation'), (v, p) => oneOf(v, p, NAVIGATIONS)) ?? 'orbit',
    cameras: readCameras(...at('cameras')),
    field: optional(...at('field'), readField),
    filters: onceEach(list(...at('filters'), readFilter, MAX_FILTERS)),
    look: {
      pointSize: optional(own(look, 'pointSize'), `${path}.look.pointSize`, number),
      colormap: text(own(look, 'colormap'), `${path}.look.colormap`, MAX_NAME),
      log: flag(look, 'log', `${path}.look`),
      rangeFollows: flag(look, 'rangeFollows', `${path}.look`),
      edges: flag(look, 'edges', `${path}.look`)
    }
  };
}

/** Of one kind there is one filter a field. */
function onceEach(filters: readonly Filter[]): Filter[] {
  const keys = filters.map(filter => (filter.kind === 'cells' ? '' : `${filter.kind} ${fieldId(filter.field)}`));
  return filters.filter((_, i) => keys.indexOf(keys[i]!) === i);
}

/** Absent in what was written before there was such a thing. */
function flag(values: JsonObject, key: string, path: string): boolean {
  return optional(own(values, key), `${path}.${key}`, boolean) ?? false;
}

/** How the views share the picture. */
export function readLayout(value: unknown, path: string): Layout {
  const layout = object(value, path);
  return {
    mode: oneOf(own(layout, 'mode'), `${path}.mode`, ['single', 'grid'] as const),
    camerasLocked: boolean(own(layout, 'camerasLocked'), `${path}.camerasLocked`),
    nextView: optional(own(layout, 'nextView'), `${path}.nextView`, (v, p) => integer(v, p, 1)) ?? 1
  };
}

export function readViews(value: unknown, path: string): View[] {
  const views = list(value, path, readView, MAX_VIEWS);
  distinct(views, path);
  if (views.length === 0) {
    throw new CheckError(path, 'at least one view');
  }
  return views;
}

function readCameras(value: unknown, path: string): View['cameras'] {
  const cameras = object(value, path);
  const found: Partial<Record<Dimension, Camera>> = {};
  for (const dimension of DIMENSIONS) {
    const camera = optional(own(cameras, `${dimension}`), `${path}.${dimension}`, readCamera);
    if (camera !== null) {
      found[dimension] = camera;
    }
  }
  return found;
}

function readCamera(value: unknown, path: string): Camera {
  const camera = object(value, path);
  const zoom = number(own(camera, 'zoom'), `${path}.zoom`);
  if (zoom <= 0 || zoom > FARTHEST) {
    throw new CheckError(`${path}.zoom`, `a number above 0, at most ${FARTHEST}`);
  }
  const position = readVec3(own(camera, 'position'), `${path}.position`);
  const target = readVec3(own(camera, 'target'), `${path}.target`);
  if (position.every((part, i) => part === target[i])) {
    throw new CheckError(`${path}.position`, 'another place than the target');
  }
  return {
    mode: oneOf(own(camera, 'mode'), `${path}.mode`, ['planar', 'orbit'] as const),
    position,
    target,
    up: readVec3(own(camera, 'up'), `${path}.up`),
    zoom
  };
}

function readVec3(value: unknown, path: string): Vec3 {
  const [x, y, z, ...more] = list(value, path, number, 3);
  if (x === undefined || y === undefined || z === undefined || more.length > 0) {
    throw new CheckError(path, 'three numbers');
  }
  if ([x, y, z].some(part => Math.abs(part) > FARTHEST)) {
    throw new CheckError(path, `numbers from ${-FARTHEST} to ${FARTHEST}`);
  }
  return [x, y, z];
}

/** Others leave a page without a colour, or name it in other ways: it gets a first page's then. */
function readColor(value: unknown, path: string): string {
  const color = optional(value, path, (v, p) => text(v, p, MAX_NAME));
  return readOwnColor(color) ?? FIRST_PAGE_COLOR;
}

function readOwnColor(value: unknown): string | null {
  return typeof value === 'string' && parseColor(value) !== null ? value : null;
}

/** The parts of a group that a file and a handed-over state keep in different ways. */
export type ReadParts = (group: JsonObject, path: string) => Pick<Group, 'cells' | 'extra'>;

/** Pages with their groups; what others leave out is what it is in Python then. */
export function readHighlights(
  value: unknown,
  path: string,
  groupsKey: string,
  parts: ReadParts
): Highlights {
  const highlights = object(value, path);
  const readGroupHere = (entry: unknown, at: string): Group => readGroup(entry, at, parts);
  const read = list(
    given(highlights, 'pages', []),
    `${path}.pages`,
    (entry, at): Page => {
      const page = object(entry, at);
      return {
        id: text(own(page, 'id'), `${at}.id`, MAX_NAME),
        name: text(given(page, 'name', ''), `${at}.name`, MAX_NAME),
        color: readColor(own(page, 'color'), `${at}.color`),
        groups: list(given(page, groupsKey, []), `${at}.${groupsKey}`, readGroupHere, MAX_GROUPS)
      };
    },
    MAX_PAGES
  );
  const pages = apart(read);
  const groups = pages.flatMap(page => page.groups);
  distinct(groups, `${path}.pages[].${groupsKey}`);
  const shown = pages.length > 0 ? pages : [firstPage()];
  const active = own(highlights, 'activePageId');
  const home = shown.find(page => page.id === active) ?? shown[0]!;
  return { pages: shown, activePageId: home.id, nextPage: above(shown), nextGroup: above(groups) };
}

/** A page whose id another has gets one of its own. */
function apart(pages: readonly Page[]): Page[] {
  const ids = new Set<string>();
  let next = above(pages);
  return pages.map(page => {
    const id = ids.has(page.id) ? `page_${next++}` : page.id;
    ids.add(id);
    return { ...page, id };
  });
}

/** What a key that is absent stands for; null is something else. */
function given(holder: JsonObject, key: string, otherwise: unknown): unknown {
  return Object.hasOwn(holder, key) ? holder[key] : otherwise;
}

function readGroup(value: unknown, path: string, parts: ReadParts): Group {
  const group = object(value, path);
  const recipe = own(group, 'recipe') ?? [];
  return {
    id: text(own(group, 'id'), `${path}.id`, MAX_NAME),
    type: text(given(group, 'type', ''), `${path}.type`, MAX_NAME),
    label: text(given(group, 'label', ''), `${path}.label`, MAX_NAME),
    enabled: own(group, 'enabled') !== false,
    color: readOwnColor(own(group, 'color')),
    recipe: readSteps(recipe, `${path}.recipe`),
    ...parts(group, path)
  };
}

/** How a selection came to be: of more steps than are kept, the first. */
export function readSteps(value: unknown, path: string): RecipeStep[] {
  return list(Array.isArray(value) ? value.slice(0, MAX_STEPS) : value, path, readStep);
}

function readStep(value: unknown, path: string): RecipeStep {
  const step = object(value, path);
  return {
    tool: text(own(step, 'tool'), `${path}.tool`, MAX_NAME),
    operation: oneOf(own(step, 'operation'), `${path}.operation`, OPERATIONS),
    view: text(own(step, 'view'), `${path}.view`, MAX_NAME),
    dimension: oneOf(own(step, 'dimension'), `${path}.dimension`, DIMENSIONS),
    detail: object(json(own(step, 'detail') ?? {}, `${path}.detail`), `${path}.detail`)
  };
}

/** Cells handed over as they are: ascending, distinct, below `nCells`. */
export function checkCells(value: unknown, path: string, nCells: number): Uint32Array {
  if (value instanceof Uint32Array) {
    let ascending = true;
    for (let i = 1; i < value.length; i++) {
      ascending &&= value[i]! > value[i - 1]!;
    }
    if (ascending && (value.at(-1) ?? -1) < nCells) {
      return value;
    }
  }
  throw new CheckError(path, `ascending row indices below ${nCells}`);
}

function distinct(items: readonly { readonly id: string }[], path: string): void {
  if (new Set(items.map(item => item.id)).size !== items.length) {
    throw new CheckError(path, 'ids that stand once each');
  }
}

/** One above the largest number at the end of an id. */
function above(items: readonly { readonly id: string }[]): number {
  const numbers = items.map(({ id }) => Number(/_(\d{1,9})$/.exec(id)?.[1] ?? 0));
  return numbers.reduce((a, b) => Math.max(a, b), 0) + 1;
}
