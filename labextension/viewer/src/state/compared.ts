/** The sets of cells that an analysis window holds side by side. */
import { masked, ofMask } from '../cells/cellset';
import type { App } from './app';
import { cellsOfPage } from './pages';
import type { AnalysisWindow } from './types';

export interface Compared {
  readonly id: string;
  readonly name: string;
  /** Null for what is no page. */
  readonly color: string | null;
  readonly cells: Uint32Array;
}

/** All visible cells, and the visible ones of each page that is chosen and has any group. */
export function comparedIn(app: App, { pages }: AnalysisWindow, all: string): readonly Compared[] {
  const n = app.dataset.nCells;
  const visible = app.visible.value;
  const chosen = app.highlights.value.pages.filter(
    page => page.groups.length > 0 && (pages === null || pages.includes(page.id))
  );
  return [
    { id: '', name: all, color: null, cells: ofMask(visible, n) },
    ...chosen.map(page => {
      const { id, name, color } = page;
      return { id, name, color, cells: masked(cellsOfPage(page, n), visible) };
    })
  ];
}
