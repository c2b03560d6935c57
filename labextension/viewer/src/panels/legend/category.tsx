/** One category of the legend: whether it is shown, its colour, its name, how many cells it has. */
import type { JSX } from 'preact';
import type { App } from '../../state/app';
import { setCategoryColor } from '../../state/category-edits';
import { showOnlyCategory, toggleCategory } from '../../state/filters';
import type { CategoryEntry } from '../../state/legend';
import type { FieldRef } from '../../state/types';
import { text } from '../../text';
import { CategoryMenu, CategoryName } from '../fields/category-menu';
import { useNaming } from '../fields/naming';

interface CategoryProps {
  readonly app: App;
  readonly field: FieldRef;
  readonly entry: CategoryEntry;
}

export function Category({ app, field, entry }: CategoryProps): JSX.Element {
  const { category, label, shown } = entry;
  const { box, naming } = useNaming();
  return (
    <div ref={box} class="cx-category" data-shown={shown}>
      <label class="cx-category-box">
        <input
          type="checkbox"
          checked={shown}
          aria-label={label}
          onChange={event => toggleCategory(app, field, category, event.currentTarget.checked)}
        />
      </label>
      <input
        type="color"
        class="cx-swatch"
        tabIndex={-1}
        value={entry.color}
        aria-label={text.colourOf(label)}
        title={text.colourOf(label)}
        onInput={event => setCategoryColor(app, field, category, event.currentTarget.value)}
      />
      <CategoryName app={app} field={field} entry={entry} naming={naming} />
      <button
        type="button"
        class="cx-link cx-only"
        tabIndex={-1}
        aria-label={text.onlyCategory(label)}
        onClick={() => showOnlyCategory(app, field, category)}
      >
        {text.onlyThis}
      </button>
      <span
        class="cx-count"
        title={text.ofCellsLong(entry.visible, entry.available, entry.total)}
      >
        {text.ofCells(entry.visible, entry.available)}
      </span>
      <CategoryMenu app={app} field={field} entry={entry} naming={naming} />
    </div>
  );
}
