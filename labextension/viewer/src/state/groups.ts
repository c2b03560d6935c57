/** Commands on groups: the sets of cells that were confirmed. */
import { text } from '../text';
import type { App } from './app';
import { mustWait } from './awaited';
import { setCandidate } from './candidate';
import {
  editHighlights,
  groupOf,
  NAME_LENGTH,
  pageOf,
  withGroup,
  withNewGroup,
  withPage
} from './highlights';
import { say } from './messages';
import { parseColor } from './palette';
import type { Group, GroupType } from './types';

/** Give a group another name. */
export function renameGroup(app: App, id: string, label: string): void {
  const trimmed = label.trim().slice(0, NAME_LENGTH);
  if (trimmed === '') {
    say(app, 'warning', text.groupNeedsName);
    return;
  }
  editGroup(app, text.didRenameGroup, id, group =>
    group.label === trimmed ? group : { ...group, label: trimmed }
  );
}

/** Draw a group's halo or not; its cells stay in it. */
export function setGroupEnabled(app: App, id: string, enabled: boolean): void {
  editGroup(app, enabled ? text.didShowGroup : text.didHideGroup, id, group =>
    group.enabled === enabled ? group : { ...group, enabled }
  );
}

/** Give a group a colour of its own, `#rrggbb`; null gives it its page's. */
export function setGroupColor(app: App, id: string, color: string | null): void {
  if (color !== null && parseColor(color) === null) {
    say(app, 'error', text.noSuchColor(color));
    return;
  }
  const edit = (group: Group): Group => (group.color === color ? group : { ...group, color });
  // A drag in the browser's colour picker is one step.
  editGroup(app, text.didRecolorGroup, id, edit, `color ${id}`);
}

/** Take a group off its page. */
export function removeGroup(app: App, id: string): void {
  editGroup(app, text.didRemoveGroup, id, () => null);
}

/** Put a group at the end of another page. */
export function moveGroup(app: App, id: string, pageId: string): void {
  editHighlights(app, text.didMoveGroup, highlights => {
    const place = groupOf(highlights, id);
    const to = pageOf(highlights, pageId);
    return place === undefined || to === undefined || place.page === to
      ? highlights
      : withPage(
          withGroup(highlights, id, () => null),
          pageId,
          page => ({ ...page, groups: [...page.groups, place.group] })
        );
  });
}

/** Put a copy of a group, with an id of its own, at the end of another page. */
export function copyGroup(app: App, id: string, pageId: string): void {
  const found = groupOf(app.highlights.peek(), id);
  // What is on its way comes to the group of its id only.
  if (found !== undefined && mustWait(app, [found.group.cells])) {
    return;
  }
  editHighlights(app, text.didCopyGroup, highlights => {
    const place = groupOf(highlights, id);
    return place === undefined ? highlights : withNewGroup(highlights, pageId, place.group);
  });
}

/** Put a set of cells on the active page as a group of its own, as Python does. */
export function addGroup(
  app: App,
  type: GroupType,
  label: string,
  cells: Uint32Array,
  color: string | null = null
): void {
  editHighlights(
    app,
    text.didHighlightFromPython,
    highlights =>
      withNewGroup(highlights, highlights.activePageId, {
        type,
        label,
        enabled: true,
        color,
        cells,
        recipe: [],
        extra: {}
      }),
    { origin: 'python' }
  );
}

/** Take a group up again as the candidate set: Confirm will replace it, Cancel leave it as it is. */
export function reopenGroup(app: App, id: string): void {
  const place = groupOf(app.highlights.peek(), id);
  if (place !== undefined && !mustWait(app, [place.group.cells])) {
    const { cells, recipe } = place.group;
    const now = app.candidate.peek();
    const begun = now.cells === null ? null : now;
    const over = now.groupId === id ? now.over : begun;
    setCandidate(app, { cells, steps: recipe, pageId: place.page.id, groupId: id, over });
  }
}

function editGroup(
  app: App,
  label: string,
  id: string,
  edit: (group: Group) => Group | null,
  key?: string
): void {
  editHighlights(
    app,
    label,
    highlights => withGroup(highlights, id, edit),
    key === undefined ? {} : { key }
  );
}
