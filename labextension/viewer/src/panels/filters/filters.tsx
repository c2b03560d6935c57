/** The filters of the active view: what each does, on or off, and how many cells are left. */
import { useComputed } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { App } from '../../state/app';
import { removeAllFilters, removeFilter, setFilterEnabled } from '../../state/filters';
import type { Filter } from '../../state/types';
import { setField } from '../../state/views';
import { text } from '../../text';
import { focusHeading, usePassedFocus } from '../common/focus';
import { Icon } from '../common/icons';
import { Section } from '../common/section';
import { lostWords, nameOf, wordsOf } from './words';

export function Filters({ app }: { app: App }): JSX.Element {
  // Not the view itself, which is another one as its camera moves.
  const filters = useComputed(() => app.activeView.value.filters).value;
  const enabled = filters.filter(filter => filter.enabled).length;
  return (
    <Section
      app={app}
      name="filters"
      title={text.filters}
      aside={
        <>
          {enabled > 0 && (
            <span class="cx-number" title={text.filtersOn(enabled)}>
              {enabled}
            </span>
          )}
          {filters.length > 0 && (
            <button
              type="button"
              class="cx-link"
              onClick={event => {
                focusHeading(event.currentTarget);
                removeAllFilters(app);
              }}
            >
              {text.removeAll}
            </button>
          )}
        </>
      }
    >
      {filters.length === 0 ? (
        <p class="cx-hint">{text.noFilters}</p>
      ) : (
        <>
          <ul class="cx-list cx-filters" aria-label={text.filters}>
            {filters.map(filter => (
              <FilterRow key={keyOf(filter)} app={app} filter={filter} />
            ))}
          </ul>
          <p class="cx-hint">{text.showing(app.nVisible.value, app.dataset.nCells)}</p>
        </>
      )}
    </Section>
  );
}

function keyOf(filter: Filter): string {
  return filter.kind === 'cells'
    ? 'cells'
    : `${filter.kind}:${filter.field.source}:${filter.field.key}`;
}

function FilterRow({ app, filter }: { app: App; filter: Filter }): JSX.Element {
  const row = useRef<HTMLLIElement>(null);
  usePassedFocus(row, 'li');
  const name = nameOf(app, filter);
  const id = useComputed(() => app.activeView.value.id).value;
  const counts = app.data(id).passing.value.counts(filter);
  const lost = filter.kind !== 'cells' && !app.fields.value.has(filter.field);
  const words = lost ? lostWords(app, filter.field) : wordsOf(app, filter);
  return (
    <li ref={row} class="cx-filter" data-enabled={filter.enabled}>
      <input
        type="checkbox"
        checked={filter.enabled}
        disabled={lost}
        aria-label={text.filterEnabled(name)}
        onChange={event => setFilterEnabled(app, filter, event.currentTarget.checked)}
      />
      <div class="cx-filter-what">
        {filter.kind === 'cells' || lost ? (
          <span class="cx-name" title={name}>
            {name}
          </span>
        ) : (
          <button
            type="button"
            class="cx-name cx-jump"
            title={text.filterJump(name)}
            onClick={() => setField(app, filter.field)}
          >
            {name}
          </button>
        )}
        {counts !== null && (
          <span class="cx-count" title={text.filterCounts(counts.passes, counts.available)}>
            {text.ofCells(counts.passes, counts.available)}
          </span>
        )}
        <span class="cx-filter-words" title={words}>
          {words}
        </span>
      </div>
      <button
        type="button"
        class="cx-small"
        aria-label={text.filterRemove(name)}
        title={text.filterRemove(name)}
        onClick={() => removeFilter(app, filter)}
      >
        <Icon name="close" />
      </button>
    </li>
  );
}
