/** The groups of the active page: confirmed selections, shown or not, renamed, removed. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { App } from '../../state/app';
import { removeGroup, renameGroup, setGroupEnabled } from '../../state/highlights';
import type { Group } from '../../state/types';
import { count, text } from '../../text';
import { Icon } from '../common/icons';
import { NameBox } from '../common/name-box';

export function Groups({ app }: { app: App }): JSX.Element {
  const page = app.activePage.value;
  const highlighted = app.highlighted.value;
  return (
    <section class="cx-section cx-groups">
      <header class="cx-head">
        <h2>{text.groups}</h2>
        <span class="cx-page">
          <span class="cx-dot" style={{ backgroundColor: page.color }} />
          {page.name}
        </span>
      </header>
      {page.groups.length === 0 && <p class="cx-hint">{text.noGroups}</p>}
      <ul class="cx-list" aria-label={text.groups}>
        {page.groups.map(group => (
          <GroupRow key={group.id} app={app} group={group} />
        ))}
      </ul>
      {highlighted.length > 0 && (
        <p class="cx-hint">{text.highlighted(countVisible(app), highlighted.length)}</p>
      )}
    </section>
  );
}

function GroupRow({ app, group }: { app: App; group: Group }): JSX.Element {
  const renaming = useSignal(false);
  return (
    <li class="cx-row cx-group" data-enabled={group.enabled}>
      <input
        type="checkbox"
        checked={group.enabled}
        aria-label={text.groupEnabled(group.label)}
        onChange={event => setGroupEnabled(app, group.id, event.currentTarget.checked)}
      />
      {group.color !== null && (
        <span class="cx-dot" style={{ backgroundColor: group.color }} data-testid="group-color" />
      )}
      {renaming.value ? (
        <NameBox
          name={group.label}
          label={text.groupName}
          done={name => {
            renaming.value = false;
            if (name !== null && name !== group.label) {
              renameGroup(app, group.id, name);
            }
          }}
        />
      ) : (
        <span class="cx-name" title={group.label} onDblClick={() => (renaming.value = true)}>
          {group.label}
        </span>
      )}
      {!group.label.includes(count(group.cells.length)) && (
        <span class="cx-count">{count(group.cells.length)}</span>
      )}
      <button
        type="button"
        class="cx-small"
        aria-label={text.rename(group.label)}
        title={text.rename(group.label)}
        onClick={() => (renaming.value = true)}
      >
        <Icon name="pencil" />
      </button>
      <button
        type="button"
        class="cx-small"
        aria-label={text.remove(group.label)}
        title={text.remove(group.label)}
        onClick={() => removeGroup(app, group.id)}
      >
        <Icon name="close" />
      </button>
    </li>
  );
}

function countVisible(app: App): number {
  const cells = app.highlighted.value;
  const visible = app.visible.value;
  return visible === null ? cells.length : cells.reduce((sum, cell) => sum + (visible[cell] ?? 0), 0);
}
