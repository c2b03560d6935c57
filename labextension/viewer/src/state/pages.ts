/** Commands on pages: collections of groups, of which one is active and drawn. */
import { complement, intersection, union } from '../cells/cellset';
import { text } from '../text';
import type { App } from './app';
import { mustWait } from './awaited';
import {
  editHighlights,
  NAME_LENGTH,
  pageOf,
  withNewGroup,
  withPage
} from './highlights';
import { say } from './messages';
import { FIRST_PAGE_COLOR } from './opening';
import { cellsOfPage, shownSets } from './page-cells';
import { parseColor } from './palette';
import type { Highlights, Page } from './types';

/** What a page is given, so that pages differ: seen on both backgrounds. */
const COLORS = [
  FIRST_PAGE_COLOR, '#1e88e5', '#f59f00', '#00897b', '#8e24aa', '#e64a19', '#43a047', '#3f51b5',
  '#00acc1', '#a1673f'
];

export type Combination = 'union' | 'intersection';

/** Add an empty page and go to it. */
export function addPage(app: App): void {
  editHighlights(app, text.didAddPage, highlights =>
    withNewPage(highlights, text.newPageName(highlights.nextPage))
  );
}

/** Give a page another name. */
export function renamePage(app: App, id: string, name: string): void {
  const trimmed = name.trim().slice(0, NAME_LENGTH);
  if (trimmed === '') {
    say(app, 'warning', text.pageNeedsName);
    return;
  }
  editHighlights(app, text.didRenamePage, highlights =>
    withPage(highlights, id, page => (page.name === trimmed ? page : { ...page, name: trimmed }))
  );
}

/** Give a page another colour, `#rrggbb`. */
export function setPageColor(app: App, id: string, color: string): void {
  if (parseColor(color) === null) {
    say(app, 'error', text.noSuchColor(color));
    return;
  }
  const edit = (page: Page): Page => (page.color === color ? page : { ...page, color });
  // A drag in the browser's colour picker is one step.
  editHighlights(app, text.didRecolorPage, highlights => withPage(highlights, id, edit), {
    key: `color ${id}`
  });
}

/** Go to a page. Going from one to the next and on is one step of undo. */
export function activatePage(app: App, id: string): void {
  editHighlights(
    app,
    text.didActivatePage,
    highlights =>
      highlights.activePageId === id || pageOf(highlights, id) === undefined
        ? highlights
        : { ...highlights, activePageId: id },
    { key: 'activate page' }
  );
}

/** Take a page away, with its groups; the last one stays. */
export function deletePage(app: App, id: string): void {
  const { pages } = app.highlights.peek();
  if (pages.length === 1 && pages[0]!.id === id) {
    say(app, 'info', text.lastPageStays);
    return;
  }
  const gone = pageOf(app.highlights.peek(), id);
  if (gone === undefined) {
    return;
  }
  editHighlights(app, text.didDeletePage, highlights => {
    const at = highlights.pages.indexOf(gone);
    const left = highlights.pages.filter(page => page.id !== id);
    const next = left[Math.min(at, left.length - 1)]!;
    const activePageId = highlights.activePageId === id ? next.id : highlights.activePageId;
    return { ...highlights, pages: left, activePageId };
  });
  say(app, 'info', text.pageDeleted(gone.name, gone.groups.length), { about: 'history' });
}

/** Remove all groups of the active page. */
export function clearPage(app: App): void {
  const { id, groups } = app.activePage.peek();
  if (groups.length === 0) {
    return;
  }
  editHighlights(app, text.didClearPage, highlights =>
    withPage(highlights, id, page => ({ ...page, groups: [] }))
  );
  say(app, 'info', text.groupsRemoved(groups.length), { about: 'history' });
}

/** Make a page of the cells that two pages show: those in either, or in both. */
export function combinePages(app: App, id: string, otherId: string, how: Combination): void {
  const highlights = app.highlights.peek();
  const one = pageOf(highlights, id);
  const other = pageOf(highlights, otherId);
  if (one === undefined || other === undefined || one === other) {
    return;
  }
  if (mustWait(app, [one, other].flatMap(shownSets))) {
    return;
  }
  const { nCells } = app.dataset;
  const join = how === 'union' ? union : intersection;
  const cells = join(cellsOfPage(one, nCells), cellsOfPage(other, nCells));
  if (cells.length === 0) {
    say(app, 'info', text.nothingCombined(how, one.name, other.name));
    return;
  }
  addPageOf(app, text.combinedName(how, one.name, other.name), cells, how, [one, other]);
}

/** Make a page of all cells that a page does not show. */
export function restOfPage(app: App, id: string): void {
  const page = pageOf(app.highlights.peek(), id);
  if (page === undefined || mustWait(app, shownSets(page))) {
    return;
  }
  const { nCells } = app.dataset;
  const cells = complement(cellsOfPage(page, nCells), nCells);
  if (cells.length === 0) {
    say(app, 'info', text.noRest(page.name));
    return;
  }
  addPageOf(app, text.restName(page.name), cells, 'rest', [page]);
}

function addPageOf(
  app: App,
  name: string,
  cells: Uint32Array,
  operation: Combination | 'rest',
  pages: readonly Page[]
): void {
  const { id: view, dimension } = app.activeView.peek();
  const detail = { operation, pages: pages.map(page => ({ id: page.id, name: page.name })) };
  editHighlights(app, text.didCombine, before => {
    const after = withNewPage(before, name.slice(0, NAME_LENGTH));
    return withNewGroup(after, after.activePageId, {
      type: 'combined',
      label: text.automaticLabel('combined', cells.length),
      enabled: true,
      color: null,
      cells,
      recipe: [{ tool: 'pages', operation: 'replace', view, dimension, detail }],
      extra: {}
    });
  });
}

function withNewPage(highlights: Highlights, name: string): Highlights {
  const used = new Set(highlights.pages.map(page => page.color));
  const color =
    COLORS.find(one => !used.has(one)) ?? COLORS[highlights.nextPage % COLORS.length]!;
  const page: Page = { id: `page_${highlights.nextPage}`, name, color, groups: [] };
  return {
    pages: [...highlights.pages, page],
    activePageId: page.id,
    nextPage: highlights.nextPage + 1,
    nextGroup: highlights.nextGroup
  };
}
