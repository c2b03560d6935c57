/**
 * A tab a page: arrows go from one to the next, F2 or a double click renames, and one that is
 * dropped on another is combined with it. A group that is dropped on a tab goes to that page.
 */
import { signal, useSignal, type Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { App } from '../../state/app';
import { copyGroup, moveGroup } from '../../state/groups';
import { isArriving } from '../../state/highlights';
import { cellsOfPage } from '../../state/page-cells';
import { activatePage, addPage } from '../../state/pages';
import type { Page } from '../../state/types';
import { text } from '../../text';
import { CellCount } from '../common/cell-count';
import { Icon } from '../common/icons';
import type { Asked } from './asked';

/** The id of what the tabs show. */
export const PANEL = 'cx-page';

/** What is being dragged: a page’s tab or a group’s row. */
export const dragged = signal<Asked | null>(null);

export function tabId(pageId: string): string {
  return `cx-tab-${pageId}`;
}

interface TabsProps {
  readonly app: App;
  readonly asked: Signal<Asked | null>;
  /** Whether the name of the active page is being typed. */
  readonly renaming: Signal<boolean>;
}

export function Tabs({ app, asked, renaming }: TabsProps): JSX.Element {
  const { pages } = app.highlights.value;
  const active = app.activePage.value;
  const go = (to: Page | undefined): void => {
    if (to !== undefined) {
      activatePage(app, to.id);
      document.getElementById(tabId(to.id))?.focus();
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = pages.indexOf(active);
    const to = {
      ArrowRight: at + 1,
      ArrowDown: at + 1,
      ArrowLeft: at - 1,
      ArrowUp: at - 1,
      Home: 0,
      End: -1
    }[event.key];
    if (event.key === 'F2') {
      renaming.value = true;
    } else if (to !== undefined) {
      go(pages.at(to === pages.length ? 0 : to));
    } else {
      return;
    }
    event.preventDefault();
  };
  return (
    <div class="cx-tabs">
      <div class="cx-tab-list" role="tablist" aria-label={text.pages} onKeyDown={onKeyDown}>
        {pages.map(page => (
          <Tab key={page.id} app={app} page={page} asked={asked} renaming={renaming} />
        ))}
      </div>
      <button
        type="button"
        class="cx-small"
        aria-label={text.newPage}
        title={text.newPage}
        onClick={() => addPage(app)}
      >
        <Icon name="plus" />
      </button>
    </div>
  );
}

function Tab({ app, page, asked, renaming }: TabsProps & { page: Page }): JSX.Element {
  const { id, name } = page;
  const over = useSignal(false);
  const selected = app.activePage.value.id === id;
  const cells = cellsOfPage(page, app.dataset.nCells).length;
  const arriving = isArriving(page);
  const tab = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    if (selected && tab.current !== null) {
      bringInSight(tab.current);
    }
  }, [selected]);
  const takes = (): boolean => dragged.value !== null && dragged.value.id !== id;
  const onDrop = (event: DragEvent): void => {
    const what = dragged.value;
    over.value = false;
    event.preventDefault();
    if (what?.about === 'page') {
      asked.value = { about: 'page', id: what.id, other: id };
    } else if (what?.about === 'group') {
      (event.ctrlKey || event.altKey ? copyGroup : moveGroup)(app, what.id, id);
    }
  };
  return (
    <button
      ref={tab}
      type="button"
      id={tabId(id)}
      class="cx-tab"
      role="tab"
      aria-label={arriving ? text.tabArriving(name) : text.tab(name, cells)}
      aria-selected={selected}
      aria-controls={PANEL}
      tabIndex={selected ? 0 : -1}
      title={text.pageHint(name)}
      data-over={over.value}
      draggable
      onClick={() => activatePage(app, id)}
      onDblClick={() => (renaming.value = true)}
      onDragStart={event => {
        // Firefox drags nothing that has no data.
        event.dataTransfer?.setData('text/plain', name);
        dragged.value = { about: 'page', id, other: null };
      }}
      onDragEnd={() => (dragged.value = null)}
      onDragOver={event => {
        if (takes()) {
          event.preventDefault();
          over.value = true;
        }
      }}
      onDragLeave={() => (over.value = false)}
      onDrop={onDrop}
    >
      <span class="cx-dot" style={{ backgroundColor: page.color }} />
      <span class="cx-name">{name}</span>
      <CellCount n={cells} arriving={arriving} />
    </button>
  );
}

/** Scrolls the tabs alone: `scrollIntoView` would move the notebook around them too. */
function bringInSight(tab: HTMLElement): void {
  const list = tab.parentElement;
  if (list !== null) {
    const [{ top, bottom }, room] = [tab.getBoundingClientRect(), list.getBoundingClientRect()];
    list.scrollTop += Math.min(0, top - room.top) + Math.max(0, bottom - room.bottom);
  }
}
