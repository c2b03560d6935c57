/** Pages and their groups as one value, and the one way in which commands edit it. */
import type { App } from './app';
import { isAwaited } from './awaited';
import type { ChangeOptions } from './change';
import { shownSets } from './page-cells';
import type { Group, Highlights, Page } from './types';

/** Longest name of a page or group that a person gives. */
export const NAME_LENGTH = 200;

/** A group and the page it stands on. */
export interface Place {
  readonly page: Page;
  readonly group: Group;
}

/** The page with this id, if it is still there. */
export function pageOf({ pages }: Highlights, id: string | null): Page | undefined {
  return pages.find(page => page.id === id);
}

/** The group with this id, if it is still there. */
export function groupOf({ pages }: Highlights, id: string | null): Place | undefined {
  for (const page of pages) {
    const group = page.groups.find(one => one.id === id);
    if (group !== undefined) {
      return { page, group };
    }
  }
  return undefined;
}

/** Whether cells that a page shows are still on their way. */
export function isArriving(page: Page): boolean {
  return shownSets(page).some(isAwaited);
}

/** Replace pages and groups by what `edit` makes of them; what it gives back as it was is no change. */
export function editHighlights(
  app: App,
  label: string,
  edit: (highlights: Highlights) => Highlights,
  options: ChangeOptions = {}
): void {
  app.changes.change(
    label,
    () => {
      const before = app.highlights.peek();
      const after = edit(before);
      if (after !== before) {
        app.slots.highlights.set(after);
      }
    },
    options
  );
}

/** With one page edited; an unknown id, or an edit that gives the page back, changes nothing. */
export function withPage(
  highlights: Highlights,
  id: string | null,
  edit: (page: Page) => Page
): Highlights {
  const page = pageOf(highlights, id);
  const next = page && edit(page);
  return next === undefined || next === page
    ? highlights
    : { ...highlights, pages: highlights.pages.map(one => (one === page ? next : one)) };
}

/** With one group edited in its place, or taken out where `edit` gives null. */
export function withGroup(
  highlights: Highlights,
  id: string,
  edit: (group: Group) => Group | null
): Highlights {
  const place = groupOf(highlights, id);
  return withPage(highlights, place?.page.id ?? null, page => {
    const next = edit(place!.group);
    return next === place!.group
      ? page
      : {
          ...page,
          groups: page.groups.flatMap(group => (group.id === id ? (next ?? []) : group))
        };
  });
}

/** With a group of a new id at the end of a page. */
export function withNewGroup(
  highlights: Highlights,
  pageId: string | null,
  group: Omit<Group, 'id'>
): Highlights {
  const made: Group = { ...group, id: `highlight_${highlights.nextGroup}` };
  const home = withPage(highlights, pageId, page => ({ ...page, groups: [...page.groups, made] }));
  return home === highlights ? highlights : { ...home, nextGroup: highlights.nextGroup + 1 };
}
