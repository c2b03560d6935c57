/** Which cells have a halo, in which colour. */
import { unionAll } from '../cells/cellset';
import { cellsOfPage } from './page-cells';
import type { Page } from './types';

export interface Halo {
  readonly color: string;
  readonly cells: Uint32Array;
}

/** As many colours are drawn at a time; groups of further ones have their page's. */
export const MOST_HALOS = 8;

/** The groups of a page that are shown, joined by colour: the page's own first. */
export function halosOf(page: Page, nCells: number): readonly Halo[] {
  const byColor = new Map<string, Uint32Array[]>();
  for (const group of page.groups) {
    if (group.enabled && group.cells.length > 0) {
      const own = group.color ?? page.color;
      const color = byColor.has(own) || byColor.size < MOST_HALOS - 1 ? own : page.color;
      byColor.set(color, [...(byColor.get(color) ?? []), group.cells]);
    }
  }
  const cellsOf = (sets: readonly Uint32Array[]): Uint32Array =>
    byColor.size === 1 ? cellsOfPage(page, nCells) : unionAll(sets, nCells);
  return [...byColor]
    .map(([color, sets]) => ({ color, cells: cellsOf(sets) }))
    .sort((a, b) => Number(b.color === page.color) - Number(a.color === page.color));
}
