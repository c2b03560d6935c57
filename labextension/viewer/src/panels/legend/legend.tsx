/** What the colours mean: categories that can be hidden, or a bar of numbers. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { App } from '../../state/app';
import { hideAllCategories, showAllCategories, toggleCategory } from '../../state/filters';
import { legendOf, type CategoryEntry, type Legend } from '../../state/legend';
import { count, measure, text } from '../../text';
import { Rows } from '../common/rows';

/** From so many categories on there is a box to find one. */
const MANY = 15;

export function LegendPanel({ app }: { app: App }): JSX.Element | null {
  const legend = useMemo(() => legendOf(app), [app]).value;
  const column = app.column.value;
  if (column === null) {
    return null;
  }
  return (
    <section class="cx-section cx-legend" aria-label={text.legend}>
      {column.state === 'loading' && <p class="cx-hint">{text.loadingColumn}</p>}
      {column.state === 'failed' && <p class="cx-hint">{text.columnFailed(column.message)}</p>}
      {legend?.kind === 'categorical' && <Categories app={app} legend={legend} />}
      {legend?.kind === 'continuous' && <Bar legend={legend} />}
      {legend !== null && legend.missing > 0 && (
        <div class="cx-row cx-missing">
          <span class="cx-swatch" style={{ backgroundColor: legend.missingColor }} />
          <span class="cx-name">{text.missing}</span>
          <span class="cx-count">{count(legend.missing)}</span>
        </div>
      )}
    </section>
  );
}

type Categorical = Extract<Legend, { kind: 'categorical' }>;
type Continuous = Extract<Legend, { kind: 'continuous' }>;

function Categories({ app, legend }: { app: App; legend: Categorical }): JSX.Element {
  const part = useSignal('');
  const asked = part.value.trim().toLowerCase();
  const entries = useMemo(
    () =>
      asked === ''
        ? legend.entries
        : legend.entries.filter(entry => entry.label.toLowerCase().includes(asked)),
    [legend, asked]
  );
  const hidden = legend.entries.filter(entry => !entry.shown).length;
  return (
    <>
      <header class="cx-head">
        <h2>{legend.ref.key}</h2>
        <button
          type="button"
          class="cx-link"
          disabled={hidden === 0}
          onClick={() => showAllCategories(app, legend.ref)}
        >
          {text.showAll}
        </button>
        <button
          type="button"
          class="cx-link"
          disabled={hidden === legend.entries.length}
          onClick={() => hideAllCategories(app, legend.ref)}
        >
          {text.hideAll}
        </button>
      </header>
      {legend.entries.length > MANY && (
        <input
          class="cx-input"
          type="search"
          aria-label={text.findCategory}
          placeholder={text.findCategory}
          value={part.value}
          onInput={event => (part.value = event.currentTarget.value)}
        />
      )}
      <Rows
        items={entries}
        label={text.legend}
        keyOf={entry => entry.category}
        row={entry => <Category app={app} legend={legend} entry={entry} />}
      />
      {entries.length === 0 && <p class="cx-hint">{text.noCategory(part.value)}</p>}
    </>
  );
}

function Category(props: { app: App; legend: Categorical; entry: CategoryEntry }): JSX.Element {
  const { app, legend, entry } = props;
  return (
    <label class="cx-category" data-shown={entry.shown}>
      <input
        type="checkbox"
        checked={entry.shown}
        aria-label={entry.label}
        onChange={event =>
          toggleCategory(app, legend.ref, entry.category, event.currentTarget.checked)
        }
      />
      <span class="cx-swatch" style={{ backgroundColor: entry.color }} />
      <span class="cx-name" title={entry.label}>
        {entry.label}
      </span>
      <span class="cx-count" title={text.ofCellsLong(entry.visible, entry.total)}>
        {text.ofCells(entry.visible, entry.total)}
      </span>
    </label>
  );
}

function Bar({ legend }: { legend: Continuous }): JSX.Element {
  const [low, high] = [measure(legend.min), measure(legend.max)];
  return (
    <>
      <header class="cx-head">
        <h2>{legend.ref.key}</h2>
      </header>
      <div
        class="cx-bar"
        role="img"
        aria-label={text.colourBar(low, high)}
        style={{ backgroundImage: `linear-gradient(to right, ${legend.stops.join(', ')})` }}
      />
      <div class="cx-ends" aria-hidden="true">
        <span>{low}</span>
        <span>{high}</span>
      </div>
    </>
  );
}
