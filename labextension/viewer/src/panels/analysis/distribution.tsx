/** How a field's or gene's values are spread in each page: histograms over one range. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { binCounts, cellsInBin } from '../../cells/bins';
import { median } from '../../cells/moments';
import type { ContinuousColumn } from '../../data/dataset';
import type { Compared } from '../../state/compared';
import { setWindowField } from '../../state/windows';
import { count, measure, text } from '../../text';
import type { ChartProps } from './chart';
import { FieldPick } from './field-pick';
import { PagesMenu } from './pages-menu';
import { operationAt, previewCells, selectCells } from './pointed';
import { RangeForm } from './range-form';
import { useColumn } from './use-column';
import { useCompared } from './use-compared';

const BINS = 40;
/** Units of the drawing, which is stretched to its place. */
const TALL = 100;

export function DistributionChart({ app, ui, window }: ChartProps): JSX.Element {
  const ref = window.fields[0] ?? null;
  const column = useColumn(app, ref);
  const rows = useCompared(app, window);
  return (
    <>
      <div class="cx-window-settings">
        <FieldPick
          app={app}
          label={text.field}
          kind="continuous"
          value={ref}
          choose={field => setWindowField(app, window.id, 0, field)}
        />
        <PagesMenu app={app} window={window} />
      </div>
      {column === null && <p class="cx-hint">{text.chooseNumbers}</p>}
      {column?.state === 'loading' && <p class="cx-hint">{text.loadingColumn}</p>}
      {column?.state === 'failed' && <p class="cx-hint">{text.notLoaded(column.message)}</p>}
      {column?.state === 'ready' && column.value.kind === 'continuous' && (
        <>
          {rows.map(row => (
            <Histogram key={row.id} app={app} ui={ui} column={column.value as ContinuousColumn} row={row} />
          ))}
          <div class="cx-ends" aria-hidden="true">
            <span>{measure(column.value.min)}</span>
            <span>{measure(column.value.max)}</span>
          </div>
          <RangeForm app={app} ui={ui} tool="distribution" columns={[column.value]} />
        </>
      )}
    </>
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
          {count(row.cells.length)}
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
