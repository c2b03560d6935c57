/** `highlights/meta`, pages and groups; and `highlights/cells/<group>`, the cells of each. */
import { integer, json, type JsonObject } from '../../base/check';
import { EMPTY } from '../../cells/cellset';
import { awaiting, countOf, isAwaited } from '../../state/awaited';
import { dropCandidate } from '../../state/candidate';
import { firstPage } from '../../state/opening';
import { readHighlights } from '../../state/readers';
import type { Group, Highlights, RecipeStep, StoredPart } from '../../state/types';
import { decodeCells, encodeCells } from '../../cells/codecs';
import { bytesOf, parseJson, type Chunk, type Contributor, type Names } from '../contributor';

const META = 'highlights/meta';
const CELLS = 'highlights/cells/';

/** Keys of a group that have a place of their own; the rest is carried along. */
const OWN_KEYS = ['id', 'type', 'label', 'enabled', 'color', 'cellCount', 'recipe'];

export const highlightsMeta: Contributor = {
  id: 'highlights-meta',
  priority: 'eager',
  datasetDependent: true,
  owns: id => id === META,
  capture: (app, names) => {
    const { pages } = app.highlights.peek();
    const active = app.activePage.peek();
    const meta = {
      pages: pages.map(page => ({
        id: page.id,
        name: page.name,
        color: page.color,
        highlightedGroups: page.groups.map(group => describe(group, names))
      })),
      activePageId: active.id,
      activePageName: active.name
    };
    return [{ id: META, label: 'Highlight pages', payload: { json: meta } }];
  },
  prepare: (chunk, { app }) => {
    const found = readHighlights(parseJson(chunk), META, 'highlightedGroups', (group, path) => ({
      // They come with chunks of their own, later.
      cells: expected(group, `${path}.cellCount`),
      extra: json(carried(group), path) as JsonObject
    }));
    return () => {
      const { nextPage, nextGroup } = app.highlights.peek();
      app.slots.highlights.set({
        ...found,
        nextPage: Math.max(nextPage, found.nextPage),
        nextGroup: Math.max(nextGroup, found.nextGroup)
      });
    };
  },
  giveUp: app =>
    app.changes.fill(app.slots.highlights, highlights =>
      withCells(highlights, () => EMPTY)
    ),
  reset: app => {
    dropCandidate(app);
    const page = firstPage();
    app.slots.highlights.set({ ...app.highlights.peek(), pages: [page], activePageId: page.id });
  }
};

export const highlightsCells: Contributor = {
  id: 'highlights-cells',
  priority: 'lazy',
  datasetDependent: true,
  owns: id => id.startsWith(CELLS),
  capture: app =>
    app.highlights
      .peek()
      .pages.flatMap(page => page.groups)
      .flatMap(({ id, label, cells }): (Chunk | StoredPart)[] => {
        const chunk = `${CELLS}${id}`;
        if (isAwaited(cells)) {
          const part = app.arrival.peek()?.waiting.get(chunk);
          return part === undefined ? [] : [part];
        }
        return cells.length === 0
          ? []
          : [{ id: chunk, label: `Cells of ${label}`, payload: encodeCells(cells) }];
      }),
  prepare: (chunk, { app, nCells, rows }) => {
    const found = decodeCells(bytesOf(chunk), nCells);
    const cells = rows === null ? found : rows.cells(found);
    const id = chunk.id.slice(CELLS.length);
    return () =>
      app.changes.fill(app.slots.highlights, highlights =>
        withCells(highlights, group => (group.id === id ? cells : null))
      );
  },
  reset: () => undefined
};

/** With cells for the groups that await theirs, where `find` has them. */
function withCells(
  highlights: Highlights,
  find: (group: Group) => Uint32Array | null
): Highlights {
  const filled = (group: Group): Group => {
    const cells = isAwaited(group.cells) ? find(group) : null;
    return cells === null ? group : { ...group, cells };
  };
  // What stays as it is stays the same object, so that nothing is computed again for it.
  const pages = highlights.pages.map(page => {
    const groups = page.groups.map(filled);
    return groups.every((group, i) => group === page.groups[i]) ? page : { ...page, groups };
  });
  return pages.every((page, i) => page === highlights.pages[i])
    ? highlights
    : { ...highlights, pages };
}

/** With its keys in the order in which all writers have them. */
function describe(group: Group, names: Names): JsonObject {
  const recipe = names === 'none' ? group.recipe.map(withoutNames) : group.recipe;
  return {
    id: group.id,
    type: group.type,
    label: group.label,
    enabled: group.enabled,
    cellCount: countOf(group.cells),
    ...(group.color === null ? {} : { color: group.color }),
    ...(recipe.length === 0 ? {} : { recipe }),
    ...group.extra
  };
}

/** Where cells were selected by their names. */
function withoutNames(step: RecipeStep): RecipeStep {
  const detail = Object.entries(step.detail).filter(([key]) => key !== 'names');
  return { ...step, detail: Object.fromEntries(detail) };
}

/** What stands for the cells of a group until they come. */
function expected(group: JsonObject, path: string): Uint32Array {
  const count = integer(Object.hasOwn(group, 'cellCount') ? group['cellCount'] : 0, path, 0, Infinity);
  return awaiting(new Uint32Array(), count);
}

function carried(group: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(group).filter(([key]) => !OWN_KEYS.includes(key)));
}
