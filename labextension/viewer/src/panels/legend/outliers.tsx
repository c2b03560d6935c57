/** Hides the cells that are far from the rest of their category. */
import { useComputed } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { App } from '../../state/app';
import { filterOf, setOutlierThreshold } from '../../state/filters';
import type { FieldRef } from '../../state/types';
import { text } from '../../text';
import { newDrag } from './drag';

export function Outliers({ app, field }: { app: App; field: FieldRef }): JSX.Element | null {
  const drag = useRef('');
  const filters = useComputed(() => app.activeView.value.filters).value;
  const { dataset, fields } = app;
  if (!dataset.hasOutliers(field)) {
    const source = fields.value.made(field)?.made.of ?? null;
    return source !== null && dataset.hasOutliers(source) ? (
      <p class="cx-hint">{text.outliersOfSource(fields.value.nameOf(source))}</p>
    ) : null;
  }
  const filter = filterOf({ filters }, 'outlier', field);
  const percent = filter?.enabled ? Math.round(100 * filter.threshold) : 100;
  const told = percent === 100 ? text.outliersOff : text.outliersNearest(percent);
  const begin = (): void => {
    drag.current = newDrag();
  };
  return (
    <label class="cx-outliers" title={text.outliersHint}>
      <span class="cx-label">{text.outliers}</span>
      <input
        type="range"
        min={0}
        max={100}
        value={percent}
        aria-label={text.outliers}
        aria-valuetext={told}
        onPointerDown={begin}
        onFocus={begin}
        onInput={event =>
          setOutlierThreshold(app, field, event.currentTarget.valueAsNumber / 100, drag.current)
        }
      />
      <span class="cx-count">{told}</span>
    </label>
  );
}
