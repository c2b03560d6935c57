/** A box a page, to choose those that categories are made of. */
import type { JSX } from 'preact';
import type { App } from '../../state/app';
import { isArriving } from '../../state/highlights';
import { cellsOfPage } from '../../state/page-cells';
import { text } from '../../text';
import { CellCount } from '../common/cell-count';

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
          <CellCount n={cellsOfPage(page, nCells).length} arriving={isArriving(page)} />
        </label>
      ))}
    </fieldset>
  );
}
