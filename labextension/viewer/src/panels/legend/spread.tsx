/** How the values of a column are spread: those of all cells, and in front those that are visible. */
import type { JSX } from 'preact';
import type { NumberLegend } from '../../state/legend';
import { measure, text } from '../../text';

const HEIGHT = 40;

export function Spread({ legend }: { legend: NumberLegend }): JSX.Element {
  const { all, visible, min, max } = legend;
  const most = Math.max(1, ...all);
  return (
    <svg
      class="cx-spread"
      viewBox={`0 0 ${all.length} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={text.spread(measure(min), measure(max))}
    >
      <path class="cx-spread-all" d={outline(all, most)} />
      <path class="cx-spread-visible" d={outline(visible, most)} />
    </svg>
  );
}

/** Bars side by side; by the square root, so that few values are seen beside many. */
function outline(counts: Uint32Array, most: number): string {
  const bars = Array.from(counts, (count, i) =>
    count === 0 ? '' : `M${i} ${HEIGHT}V${top(count / most)}h1V${HEIGHT}Z`
  );
  return bars.join('');
}

function top(share: number): number {
  return Number((HEIGHT - Math.max(1, HEIGHT * Math.sqrt(share))).toFixed(2));
}
