/** Confirm: the candidate set becomes a group, or takes the place of the one it was taken from. */
import { text } from '../text';
import type { App } from './app';
import { endCandidate } from './candidate';
import { editHighlights, groupOf, pageOf, withGroup, withNewGroup } from './highlights';
import { say } from './messages';
import { kindOf, labelOf } from './recipe';
import type { Group } from './types';

/** Make the candidate set a group on the page where the selection began; says where that is not shown. */
export function confirmCandidate(app: App): Group | null {
  const { cells, steps, pageId, groupId } = app.candidate.peek();
  if (cells === null || cells.length === 0) {
    say(app, 'info', text.nothingToConfirm);
    return null;
  }
  const before = app.highlights.peek();
  const place = groupOf(before, groupId);
  const home = place?.page ?? pageOf(before, pageId) ?? app.activePage.peek();
  const { type, extra } = kindOf(app, steps, place?.group);
  const made = {
    type,
    label: labelOf(app, steps, type, cells.length),
    enabled: true,
    color: null,
    cells,
    recipe: steps,
    extra
  };
  app.changes.change(place ? text.didEditGroup : text.didConfirm, () => {
    editHighlights(app, '', highlights =>
      place
        ? withGroup(highlights, place.group.id, group => edited(app, group, made))
        : withNewGroup(highlights, home.id, made)
    );
    endCandidate(app);
  });
  const after = app.highlights.peek();
  const group = groupOf(after, place?.group.id ?? `highlight_${before.nextGroup}`)?.group ?? null;
  if (group !== null) {
    const source = steps.at(-1)?.tool ?? type;
    app.tell({ type: 'selection', groupId: group.id, label: group.label, source, cells });
    if (home.id !== after.activePageId) {
      say(app, 'info', text.confirmedElsewhere(group.label, home.name));
    }
  }
  return group;
}

/** A name that a person gave stays, as do the colour and whether it is shown. */
function edited(app: App, group: Group, made: Omit<Group, 'id'>): Group {
  const { length } = group.cells;
  const given = [labelOf(app, group.recipe, group.type, length), text.automaticLabel(group.type, length)];
  const automatic = given.includes(group.label);
  const { type, cells, recipe } = made;
  // What else is told of the cells it had is not true of others.
  const extra = cells === group.cells ? group.extra : made.extra;
  return { ...group, type, cells, recipe, extra, label: automatic ? made.label : group.label };
}
