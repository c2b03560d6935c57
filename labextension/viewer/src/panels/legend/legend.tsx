/** What the colours mean: categories that can be hidden, or numbers whose range can be chosen. */
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { App } from '../../state/app';
import { legendOf, type NumberLegend } from '../../state/legend';
import { count, text } from '../../text';
import { Categories } from './categories';
import { Missing } from './missing';
import { Numbers } from './numbers';

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
      {legend?.kind === 'continuous' && <Numbers app={app} legend={legend} />}
      {legend?.kind === 'continuous' && legend.withoutLog > 0 && (
        <NoLogarithm legend={legend} />
      )}
      {legend?.kind === 'continuous' && <Missing app={app} legend={legend} />}
    </section>
  );
}

/** Numbers that have no colour; where they are to be hidden, the range does it. */
function NoLogarithm({ legend }: { legend: NumberLegend }): JSX.Element {
  return (
    <div class="cx-row cx-missing">
      <span class="cx-swatch" style={{ backgroundColor: legend.missing.color }} />
      <span class="cx-name">{text.noLogarithm}</span>
      <span class="cx-count">{count(legend.withoutLog)}</span>
    </div>
  );
}
