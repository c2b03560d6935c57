/** Chooses a range of numbers: two handles on the colours, and two boxes for exact ones. */
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { App } from '../../state/app';
import { filterOf, removeFilter, setRangeEnd } from '../../state/filters';
import type { NumberLegend } from '../../state/legend';
import { exact, text } from '../../text';
import { newDrag } from './drag';
import { gradient } from './gradient';

type End = 'low' | 'high';

/** Shares of the whole range that a key moves a handle by. */
const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -0.01,
  ArrowDown: -0.01,
  ArrowRight: 0.01,
  ArrowUp: 0.01,
  PageDown: -0.1,
  PageUp: 0.1,
  Home: -Infinity,
  End: Infinity
};

export function Range({ app, legend }: { app: App; legend: NumberLegend }): JSX.Element {
  const { ref, min, max, low, high } = legend;
  const drag = useRef('');
  const move = (end: End, to: number): void => setRangeEnd(app, ref, end, to, drag.current);
  const reset = (): void => {
    const filter = filterOf(app.activeView.peek(), 'range', ref);
    if (filter !== undefined) {
      removeFilter(app, filter);
    }
  };
  const ends = { app, legend, move, begin: () => (drag.current = newDrag()) };
  return (
    <>
      <Track {...ends} />
      <div class="cx-range-boxes">
        <Box end="low" {...ends} />
        <span aria-hidden="true">–</span>
        <Box end="high" {...ends} />
        <button
          type="button"
          class="cx-link"
          disabled={low === min && high === max}
          onClick={reset}
        >
          {text.resetRange}
        </button>
      </div>
    </>
  );
}

interface EndsProps {
  readonly app: App;
  readonly legend: NumberLegend;
  /** Move one end; it stops at the other. */
  readonly move: (end: End, to: number) => void;
  /** Called before the first move of a drag. */
  readonly begin: () => void;
}

function Track({ legend, move, begin }: EndsProps): JSX.Element {
  const { min, max, low, high, stops } = legend;
  const track = useRef<HTMLDivElement>(null);
  const dragged = useRef<End | null>(null);
  const place = (value: number): number => Math.min(1, Math.max(0, (value - min) / (max - min)));
  const valueAt = (event: PointerEvent): number => {
    const { left, width } = track.current!.getBoundingClientRect();
    return min + ((event.clientX - left) / width) * (max - min);
  };
  const press = (event: PointerEvent): void => {
    if (event.button !== 0 || track.current === null) {
      return;
    }
    event.preventDefault();
    const value = valueAt(event);
    // Where both are at one place, the one that can move to there.
    const end = Math.abs(value - low) < Math.abs(value - high) || value < low ? 'low' : 'high';
    dragged.current = end;
    begin();
    track.current.setPointerCapture(event.pointerId);
    track.current.querySelector<HTMLElement>(`[data-end=${end}]`)?.focus();
    move(end, value);
  };
  const handle = (end: End): JSX.Element => (
    <div
      class="cx-handle"
      data-end={end}
      role="slider"
      tabIndex={0}
      aria-label={end === 'low' ? text.lowestShown : text.highestShown}
      aria-valuemin={end === 'low' ? min : low}
      aria-valuemax={end === 'low' ? high : max}
      aria-valuenow={legend[end]}
      aria-valuetext={exact(legend[end])}
      style={{ left: `${100 * place(legend[end])}%` }}
      onFocus={begin}
      onKeyDown={event => {
        const step = STEPS[event.key];
        if (step !== undefined) {
          event.preventDefault();
          event.stopPropagation();
          move(end, legend[end] + step * (max - min));
        }
      }}
    />
  );
  return (
    <div
      ref={track}
      class="cx-range"
      onPointerDown={press}
      onPointerMove={event => dragged.current && move(dragged.current, valueAt(event))}
      onLostPointerCapture={() => (dragged.current = null)}
    >
      <div
        class="cx-bar"
        role="img"
        aria-label={text.colourBar(exact(legend.from), exact(legend.to))}
        style={{ backgroundImage: gradient(stops) }}
      />
      <div class="cx-cut" style={{ left: 0, right: `${100 * (1 - place(low))}%` }} />
      <div class="cx-cut" style={{ left: `${100 * place(high)}%`, right: 0 }} />
      {handle('low')}
      {handle('high')}
    </div>
  );
}

function Box({ app, legend, end }: EndsProps & { end: End }): JSX.Element {
  const { ref, min, max } = legend;
  const shown = exact(legend[end]);
  return (
    <input
      class="cx-input"
      type="text"
      inputMode="decimal"
      aria-label={end === 'low' ? text.lowestTyped : text.highestTyped}
      value={shown}
      onChange={event => {
        const { value } = event.currentTarget;
        // An empty box stands for the end of what there is.
        const typed = value.trim() === '' ? { low: min, high: max }[end] : Number(value);
        setRangeEnd(app, ref, end, typed);
        // What was refused, or rounded, is not what stands there.
        event.currentTarget.value = shownAfter(app, legend, end);
      }}
    />
  );
}

/** What a box shows after a number was typed. */
function shownAfter(app: App, { ref, min, max }: NumberLegend, end: End): string {
  const filter = filterOf(app.activeView.peek(), 'range', ref);
  const range = filter?.enabled ? filter : { min, max };
  return exact(end === 'low' ? range.min : range.max);
}
