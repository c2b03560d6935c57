/** How a field's or gene's values are spread in each page: histograms over one range. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { binCounts, cellsInBin } from '../../cells/bins';
import { median } from '../../cells/moments';
import type { ContinuousColumn } from '../../data/dataset';
import type { Compared } from '../../state/compared';
import { count, measure, text } from '../../text';
import type { ChartProps } from './chart';
import { Chosen } from './chosen';
import { operationAt, previewCells, selectCells } from './pointed';
import { RangeForm } from './range-form';
import { useCompared } from './use-compared';

const BINS = 40;
/** Units of the drawing, which is stretched to its place. */
const TALL = 100;

export function DistributionChart({ app, ui, window }: ChartProps): JSX.Element {
  const rows = useCompared(app, window);
  return (
    <Chosen
      app={app}
      window={window}
      kind="continuous"
      hint={text.chooseNumbers}
      show={column => (
        <>
          {rows.map(row => (
            <Histogram key={row.id} app={app} ui={ui} column={column} row={row} />
          ))}
          <div class="cx-ends" aria-hidden="true">
            <span>{measure(column.min)}</span>
            <span>{measure(column.max)}</span>
          </div>
          <RangeForm app={app} ui={ui} tool="distribution" columns={[column]} />
        </>
      )}
    />
  );
}

interface HistogramProps extends Omit<ChartProps, 'window'> {
  readonly column: ContinuousColumn;
  readonly row: Compared;
}

function Histogram({ app, ui, column, row }: HistogramProps): JSX.Element {
  const { values, min, max } = column;
  const pointed = useSignal<number | null>(null);
  const counts = useMemo(
    () => binCounts(values, row.cells, min, max, BINS),
    [values, row.cells, min, max]
  );
  const middle = useMemo(() => median(values, row.cells), [values, row.cells]);
  const without = row.cells.length - counts.reduce((sum, n) => sum + n, 0);
  const most = Math.max(1, ...counts);
  const width = (max - min) / BINS;
  const cellsOf = (bin: number): Uint32Array => cellsInBin(values, row.cells, min, max, BINS, bin);
  const binAt = (event: MouseEvent & { currentTarget: Element }): number => {
    const box = event.currentTarget.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    return Math.min(BINS - 1, Math.max(0, Math.floor(share * BINS)));
  };
  const point = (bin: number | null): void => {
    if (pointed.peek() !== bin) {
      pointed.value = bin;
      previewCells(app, bin === null ? null : cellsOf(bin));
    }
  };
  const hint = (bin: number): string =>
    text.binHint(row.name, min + bin * width, min + (bin + 1) * width, counts[bin] ?? 0);
  return (
    <div class="cx-compared" role="group" aria-label={row.name}>
      <span class="cx-compared-name">
        {row.color !== null && <span class="cx-dot" style={{ backgroundColor: row.color }} />}
        <span class="cx-name">{row.name}</span>
        <span class="cx-count">
          {row.arriving ? text.dots : count(row.cells.length)}
          {middle === middle && `, ${text.medianOf(middle)}`}
          {without > 0 && `, ${text.withoutValue(without)}`}
        </span>
      </span>
      <svg
        class="cx-histogram"
        viewBox={`0 0 ${BINS} ${TALL}`}
        preserveAspectRatio="none"
        aria-hidden="true"
        onPointerMove={event => point(binAt(event))}
        onPointerLeave={() => point(null)}
        onClick={event => {
          const bin = binAt(event);
          const range = [min + bin * width, min + (bin + 1) * width];
          const detail = { field: app.fields.peek().nameOf(column.ref), range, page: row.id };
          selectCells(app, operationAt(app, ui, event), 'distribution', cellsOf(bin), detail);
        }}
      >
        <title>{pointed.value === null ? '' : hint(pointed.value)}</title>
        <rect class="cx-histogram-ground" width={BINS} height={TALL} />
        {Array.from(counts, (n, bin) => (
          <rect
            key={bin}
            x={bin + 0.06}
            width={0.88}
            y={TALL * (1 - n / most)}
            height={(TALL * n) / most}
            style={row.color === null ? {} : { fill: row.color }}
          />
        ))}
        {middle === middle && max > min && (
          <line
            x1={((middle - min) / (max - min)) * BINS}
            x2={((middle - min) / (max - min)) * BINS}
            y1={0}
            y2={TALL}
          />
        )}
      </svg>
    </div>
  );
}
