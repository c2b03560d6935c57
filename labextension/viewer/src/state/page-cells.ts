/** The cells that a page shows. */
import { unionAll } from '../cells/cellset';
import type { Page } from './types';

/** The cells of each group of a page that is shown. */
export function shownSets({ groups }: Page): readonly Uint32Array[] {
  return groups.filter(group => group.enabled).map(group => group.cells);
}

/** The same in one set: joined once for who draws them, counts them and works with them. */
export function cellsOfPage(page: Page, nCells: number): Uint32Array {
  const { groups } = page;
  let cells = known.get(groups);
  if (cells === undefined) {
    cells = unionAll(shownSets(page), nCells);
    known.set(groups, cells);
  }
  return cells;
}

const known = new WeakMap<Page['groups'], Uint32Array>();
