/** `highlights/meta`, pages and groups; and `highlights/cells/<group>`, the cells of each. */
import { json, type JsonObject } from '../../base/check';
import { EMPTY } from '../../cells/cellset';
import { detachCandidate } from '../../state/candidate';
import { firstPage } from '../../state/opening';
import { readHighlights } from '../../state/readers';
import type { Group } from '../../state/types';
import { decodeCells, encodeCells } from '../../cells/codecs';
import { parseJson, type Contributor } from '../contributor';

const META = 'highlights/meta';
const CELLS = 'highlights/cells/';

/** Keys of a group that have a place of their own; the rest is carried along. */
const OWN_KEYS = ['id', 'type', 'label', 'enabled', 'color', 'cellCount', 'recipe'];

export const highlightsMeta: Contributor = {
  id: 'highlights-meta',
  priority: 'eager',
  datasetDependent: true,
  owns: id => id === META,
  capture: app => {
    const { pages } = app.highlights.peek();
    const active = app.activePage.peek();
    const meta = {
      pages: pages.map(page => ({
        id: page.id,
        name: page.name,
        color: page.color,
        highlightedGroups: page.groups.map(describe)
      })),
      activePageId: active.id,
      activePageName: active.name
    };
    return [{ id: META, label: 'Highlight pages', payload: { json: meta } }];
  },
  prepare: (chunk, app) => {
    const found = readHighlights(parseJson(chunk), META, 'highlightedGroups', (group, path) => ({
      // They come with chunks of their own, later.
      cells: EMPTY,
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
  reset: app => {
    detachCandidate(app);
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
      .filter(group => group.cells.length > 0)
      .map(group => ({
        id: `${CELLS}${group.id}`,
        label: `Cells of ${group.label}`,
        payload: encodeCells(group.cells)
      })),
  prepare: (chunk, app) => {
    const cells = decodeCells(chunk.bytes, app.dataset.nCells);
    const id = chunk.id.slice(CELLS.length);
    return () => {
      const highlights = app.highlights.peek();
      const pages = highlights.pages.map(page =>
        page.groups.some(group => group.id === id)
          ? { ...page, groups: page.groups.map(g => (g.id === id ? { ...g, cells } : g)) }
          : page
      );
      app.slots.highlights.set({ ...highlights, pages });
    };
  },
  reset: () => undefined
};

function describe(group: Group): JsonObject {
  return {
    ...group.extra,
    id: group.id,
    type: group.type,
    label: group.label,
    enabled: group.enabled,
    ...(group.color === null ? {} : { color: group.color }),
    cellCount: group.cells.length,
    recipe: group.recipe
  };
}

function carried(group: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(group).filter(([key]) => !OWN_KEYS.includes(key)));
}
