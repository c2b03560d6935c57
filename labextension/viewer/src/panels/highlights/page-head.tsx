/** The active page at a glance: its colour, what is on it, and what can be done with it. */
import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { App } from '../../state/app';
import { isArriving } from '../../state/highlights';
import { clearPage, deletePage, renamePage, restOfPage, setPageColor } from '../../state/pages';
import { text } from '../../text';
import { Icon } from '../common/icons';
import { Menu } from '../common/menu';
import { NameBox } from '../common/name-box';
import type { Asked } from './asked';

interface PageHeadProps {
  readonly app: App;
  readonly asked: Signal<Asked | null>;
  /** Whether its name is being typed. */
  readonly renaming: Signal<boolean>;
}

export function PageHead({ app, asked, renaming }: PageHeadProps): JSX.Element {
  const { id, name, color, groups } = app.activePage.value;
  const alone = app.highlights.value.pages.length === 1;
  return (
    <div class="cx-row cx-page-head">
      <input
        type="color"
        class="cx-swatch"
        value={color}
        aria-label={text.pageColor(name)}
        title={text.pageColor(name)}
        onInput={event => setPageColor(app, id, event.currentTarget.value)}
      />
      {renaming.value ? (
        <NameBox
          key={id}
          name={name}
          label={text.pageName}
          done={given => {
            renaming.value = false;
            if (given !== null) {
              renamePage(app, id, given);
            }
          }}
        />
      ) : (
        <span class="cx-name cx-page-holds">
          {isArriving(app.activePage.value)
            ? text.pageArrives(groups.length)
            : text.pageHolds(groups.length, app.highlighted.value.length)}
        </span>
      )}
      <Menu
        label={text.pageMenu(name)}
        items={[
          { label: text.renamePage, act: () => (renaming.value = true) },
          {
            label: text.combinePage,
            disabled: alone,
            act: () => (asked.value = { about: 'page', id, other: null })
          },
          { label: text.restOfPage, act: () => restOfPage(app, id) },
          { label: text.clearPage, disabled: groups.length === 0, act: () => clearPage(app) },
          { label: text.deletePage, disabled: alone, act: () => deletePage(app, id) }
        ]}
      >
        <Icon name="more" />
      </Menu>
    </div>
  );
}
