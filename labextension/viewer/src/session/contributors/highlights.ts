/** `highlights/meta`, pages and groups; and `highlights/cells/<group>`, the cells of each. */
import { encodeCells } from '../codecs';
import type { Contributor } from '../contributor';

export const highlightsMeta: Contributor = {
  id: 'highlights-meta',
  priority: 'eager',
  datasetDependent: true,
  capture: app => {
    const { pages } = app.highlights.peek();
    const active = app.activePage.peek();
    const meta = {
      pages: pages.map(page => ({
        id: page.id,
        name: page.name,
        color: page.color,
        highlightedGroups: page.groups.map(group => ({
          ...group.extra,
          id: group.id,
          type: group.type,
          label: group.label,
          enabled: group.enabled,
          cellCount: group.cells.length,
          recipe: group.recipe
        }))
      })),
      activePageId: active.id,
      activePageName: active.name
    };
    return [{ id: 'highlights/meta', label: 'Highlight pages', payload: { json: meta } }];
  }
};

export const highlightsCells: Contributor = {
  id: 'highlights-cells',
  priority: 'lazy',
  datasetDependent: true,
  capture: app =>
    app.highlights
      .peek()
      .pages.flatMap(page => page.groups)
      .filter(group => group.cells.length > 0)
      .map(group => ({
        id: `highlights/cells/${group.id}`,
        label: `Cells of ${group.label}`,
        payload: encodeCells(group.cells)
      }))
};
