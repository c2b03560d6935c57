/** The groups of the active page: shown or not, in a colour, renamed, edited, moved, removed. */
import { useSignal, type Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { sharedCounts } from '../../cells/overlap';
import type { App } from '../../state/app';
import { countOf, isAwaited } from '../../state/awaited';
import {
  removeGroup,
  renameGroup,
  reopenGroup,
  setGroupColor,
  setGroupEnabled
} from '../../state/groups';
import type { Group } from '../../state/types';
import { text } from '../../text';
import { CellCount } from '../common/cell-count';
import { Icon } from '../common/icons';
import { Menu } from '../common/menu';
import { NameBox } from '../common/name-box';
import { Rows } from '../common/rows';
import type { Asked } from './asked';
import { dragged } from './tabs';

interface GroupsProps {
  readonly app: App;
  readonly asked: Signal<Asked | null>;
}

export function Groups({ app, asked }: GroupsProps): JSX.Element {
  const { groups } = app.activePage.value;
  const { nCells } = app.dataset;
  const shared = useMemo(() => {
    const counts = sharedCounts(groups.map(group => group.cells), nCells);
    return new Map(groups.map((group, i) => [group.id, counts[i]!]));
  }, [groups, nCells]);
  if (groups.length === 0) {
    return <p class="cx-hint">{text.noGroups}</p>;
  }
  return (
    <Rows
      items={groups}
      label={text.groups}
      keyOf={group => group.id}
      row={group => (
        <GroupRow app={app} group={group} shared={shared.get(group.id) ?? 0} asked={asked} />
      )}
    />
  );
}

interface GroupRowProps extends GroupsProps {
  readonly group: Group;
  /** How many of its cells are in other groups of the page. */
  readonly shared: number;
}

function GroupRow({ app, group, shared, asked }: GroupRowProps): JSX.Element {
  const { id, label, color, enabled, cells } = group;
  const arriving = isAwaited(cells);
  const renaming = useSignal(false);
  const alone = app.highlights.value.pages.length === 1;
  const edited = app.candidate.value.groupId === id;
  return (
    <div
      class="cx-group"
      data-enabled={enabled}
      data-edited={edited}
      draggable={!renaming.value}
      onDragStart={event => {
        event.dataTransfer?.setData('text/plain', label);
        dragged.value = { about: 'group', id };
      }}
      onDragEnd={() => (dragged.value = null)}
      onKeyDown={event => {
        if (event.key === 'F2') {
          renaming.value = true;
        }
      }}
    >
      <input
        type="checkbox"
        checked={enabled}
        aria-label={text.groupEnabled(label)}
        onChange={event => setGroupEnabled(app, id, event.currentTarget.checked)}
      />
      <input
        type="color"
        class="cx-swatch"
        value={color ?? app.activePage.value.color}
        aria-label={text.groupColor(label)}
        title={text.groupColor(label)}
        data-testid={color === null ? undefined : 'group-color'}
        onInput={event => setGroupColor(app, id, event.currentTarget.value)}
      />
      {renaming.value ? (
        <NameBox
          name={label}
          label={text.groupName}
          done={name => {
            renaming.value = false;
            if (name !== null) {
              renameGroup(app, id, name);
            }
          }}
        />
      ) : (
        <span class="cx-name" title={label} onDblClick={() => (renaming.value = true)}>
          {label}
        </span>
      )}
      {edited && <span class="cx-edited">{text.groupEdited}</span>}
      {shared > 0 && !edited && (
        <span class="cx-count" role="note" aria-label={text.sharedHint(shared)} title={text.sharedHint(shared)}>
          {text.shared(shared)}
        </span>
      )}
      {(arriving || !label.endsWith(text.inLabel(cells.length))) && (
        <CellCount n={countOf(cells)} arriving={arriving} />
      )}
      <Menu
        label={text.groupMenu(label)}
        items={[
          { label: text.renameGroup, act: () => (renaming.value = true) },
          { label: text.editGroup, act: () => reopenGroup(app, id) },
          {
            label: text.moveGroup,
            disabled: alone,
            act: () => (asked.value = { about: 'group', id })
          },
          {
            label: text.pageColored,
            disabled: color === null,
            act: () => setGroupColor(app, id, null)
          },
          { label: text.removeGroup, act: () => removeGroup(app, id) }
        ]}
      >
        <Icon name="more" />
      </Menu>
    </div>
  );
}
