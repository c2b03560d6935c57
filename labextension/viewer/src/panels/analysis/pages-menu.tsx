/** Which pages a window compares. */
import type { JSX } from 'preact';
import type { App } from '../../state/app';
import type { AnalysisWindow } from '../../state/types';
import { setWindowPages } from '../../state/windows';
import { text } from '../../text';
import { Menu } from '../common/menu';

export function PagesMenu({ app, window }: { app: App; window: AnalysisWindow }): JSX.Element {
  const { pages } = app.highlights.value;
  const all = pages.map(page => page.id);
  const chosen = window.pages ?? all;
  const toggle = (id: string): void => {
    const next = all.filter(one => chosen.includes(one) !== (one === id));
    setWindowPages(app, window.id, next.length === all.length ? null : next);
  };
  return (
    <Menu
      class="cx-link"
      label={text.pagesShown}
      items={pages.map(({ id, name }) => ({
        key: id,
        label: name,
        checked: chosen.includes(id),
        act: () => toggle(id)
      }))}
    >
      {text.pagesShown}
    </Menu>
  );
}
