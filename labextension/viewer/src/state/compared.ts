/** The sets of cells that an analysis window holds side by side. */
import { allCells, cellsOfMask, EMPTY, masked } from '../cells/cellset';
import type { App } from './app';
import { isArriving } from './highlights';
import { cellsOfPage } from './page-cells';
import type { AnalysisWindow } from './types';

export interface Compared {
  readonly id: string;
  readonly name: string;
  /** Null for what is no page. */
  readonly color: string | null;
  /** None while they are on their way. */
  readonly cells: Uint32Array;
  readonly arriving: boolean;
}

/** All visible cells, and the visible ones of each page that is chosen and has any group. */
export function comparedIn(app: App, { pages }: AnalysisWindow, all: string): readonly Compared[] {
  const n = app.dataset.nCells;
  const visible = app.visible.value;
  const chosen = app.highlights.value.pages.filter(
    page => page.groups.length > 0 && (pages === null || pages.includes(page.id))
  );
  return [
    {
      id: '',
      name: all,
      color: null,
      cells: visible === null ? allCells(n) : cellsOfMask(visible),
      arriving: false
    },
    ...chosen.map(page => {
      const { id, name, color } = page;
      const arriving = isArriving(page);
      const cells = arriving ? EMPTY : masked(cellsOfPage(page, n), visible);
      return { id, name, color, cells, arriving };
    })
  ];
}
