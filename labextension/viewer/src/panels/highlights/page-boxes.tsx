/** A box a page, to choose those that categories are made of. */
import type { JSX } from 'preact';
import type { App } from '../../state/app';
import { cellsOfPage } from '../../state/pages';
import { count, text } from '../../text';

interface PageBoxesProps {
  readonly app: App;
  readonly chosen: readonly string[];
  readonly choose: (ids: readonly string[]) => void;
}

export function PageBoxes({ app, chosen, choose }: PageBoxesProps): JSX.Element {
  const { nCells } = app.dataset;
  return (
    <fieldset class="cx-page-boxes" aria-label={text.buildPages}>
      {app.highlights.value.pages.map(page => (
        <label key={page.id} class="cx-row cx-page-box">
          <input
            type="checkbox"
            checked={chosen.includes(page.id)}
            aria-label={page.name}
            onChange={event =>
              choose(
                event.currentTarget.checked
                  ? [...chosen, page.id]
                  : chosen.filter(id => id !== page.id)
              )
            }
          />
          <span class="cx-dot" style={{ backgroundColor: page.color }} />
          <span class="cx-name" title={page.name}>
            {page.name}
          </span>
          <span class="cx-count">{count(cellsOfPage(page, nCells).length)}</span>
        </label>
      ))}
    </fieldset>
  );
}
