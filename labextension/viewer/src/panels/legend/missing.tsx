/** The cells that have no value here: whether they are shown, and how many there are. */
import type { JSX } from 'preact';
import type { App } from '../../state/app';
import { toggleMissing } from '../../state/filters';
import type { Legend } from '../../state/legend';
import { text } from '../../text';

export function Missing({ app, legend }: { app: App; legend: Legend }): JSX.Element | null {
  const { color, total, available, visible, shown } = legend.missing;
  if (total === 0) {
    return null;
  }
  const name =
    legend.kind === 'continuous' && legend.infinite ? text.missingOrInfinite : text.missing;
  return (
    <label class="cx-row cx-missing" data-shown={shown}>
      <input
        type="checkbox"
        checked={shown}
        aria-label={name}
        onChange={event => toggleMissing(app, legend.ref, event.currentTarget.checked)}
      />
      <span class="cx-swatch" style={{ backgroundColor: color }} />
      <span class="cx-name">{name}</span>
      <span class="cx-count" title={text.ofCellsLong(visible, available, total)}>
        {text.ofCells(visible, available)}
      </span>
    </label>
  );
}
