/** Two fields or genes against each other: a selection made here is one everywhere. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { insidePolygon } from '../../cells/polygon';
import { drawCells, drawMarked, plot, type Frame } from '../../cells/raster';
import type { Column, ContinuousColumn } from '../../data/dataset';
import { parseColor } from '../../state/palette';
import type { Loaded } from '../../state/shown';
import type { SetOperation } from '../../state/types';
import { setWindowField } from '../../state/windows';
import { measure, text } from '../../text';
import type { ChartProps } from './chart';
import { FieldPick } from './field-pick';
import { operationAt, selectCells } from './pointed';
import { RangeForm } from './range-form';
import { useColumn } from './use-column';

type Place = readonly [x: number, y: number];

/** Share of the range that is left free at each edge. */
const MARGIN = 0.04;
/** From so many cells on they are single pixels. */
const MANY = 30_000;
const SHORTEST = 2;
const NO_CELLS = new Uint32Array(0);
const CANDIDATE = { light: [17, 24, 39], dark: [255, 255, 255] } as const;

export function ScatterChart({ app, ui, window }: ChartProps): JSX.Element {
  const [x, y] = [useColumn(app, window.fields[0] ?? null), useColumn(app, window.fields[1] ?? null)];
  const [across, upward] = [numbers(x), numbers(y)];
  const failed = [x, y].find(column => column?.state === 'failed');
  return (
    <>
      <div class="cx-window-settings">
        {text.axes.map((label, axis) => (
          <FieldPick
            key={label}
            app={app}
            label={label}
            kind="continuous"
            value={window.fields[axis] ?? null}
            choose={field => setWindowField(app, window.id, axis, field)}
          />
        ))}
      </div>
      {failed && <p class="cx-hint">{text.notLoaded(failed.message)}</p>}
      {(x === null || y === null) && <p class="cx-hint">{text.chooseBoth}</p>}
      {(x?.state === 'loading' || y?.state === 'loading') && (
        <p class="cx-hint">{text.loadingColumn}</p>
      )}
      {across && upward && (
        <>
          <Plot app={app} ui={ui} x={across} y={upward} />
          <RangeForm app={app} ui={ui} tool="scatter" columns={[across, upward]} />
        </>
      )}
    </>
  );
}

interface PlotProps extends Omit<ChartProps, 'window'> {
  readonly x: ContinuousColumn;
  readonly y: ContinuousColumn;
}

function Plot({ app, ui, x, y }: PlotProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSignal({ width: 0, height: 0 });
  const path = useSignal<readonly Place[]>([]);
  const { width, height } = size.value;
  const frame = useMemo(() => frameOf(x, y, width, height), [x, y, width, height]);
  const places = useMemo(() => plot(x.values, y.values, frame), [x, y, frame]);
  const [nameX, nameY] = [x, y].map(({ ref }) => app.fields.value.nameOf(ref));

  useLayoutEffect(() => {
    const element = canvas.current!;
    const measureSize = (): void => {
      size.value = { width: element.clientWidth, height: element.clientHeight };
    };
    const sizes = new ResizeObserver(measureSize);
    sizes.observe(element);
    measureSize();
    return () => sizes.disconnect();
  }, [size]);

  const colors = app.colors.value;
  const visible = app.visible.value;
  const halos = app.halos.value;
  const candidate = app.preview.value ?? app.candidate.value.cells ?? NO_CELLS;
  const theme = app.theme.value;
  const side = x.values.length < MANY ? 3 : 1;
  // Kept, since all that changes while a gesture is made is what lies over it.
  const picture = useMemo(() => {
    if (width < 1 || height < 1) {
      return null;
    }
    const image = new ImageData(width, height);
    drawCells(image.data, frame, places, colors, visible, side);
    for (const { color, cells } of halos) {
      const shown = visible === null ? cells : cells.filter(cell => visible[cell] === 1);
      drawMarked(image.data, frame, places, shown, parseColor(color) ?? [0, 0, 0], side);
    }
    return image;
  }, [frame, places, colors, visible, halos, width, height, side]);
  useLayoutEffect(() => {
    const drawing = canvas.current!.getContext('2d');
    if (drawing === null || picture === null) {
      return;
    }
    const image = new ImageData(picture.data.slice(), picture.width);
    drawMarked(image.data, frame, places, candidate, CANDIDATE[theme], side);
    drawing.putImageData(image, 0, 0);
  }, [frame, places, picture, candidate, theme, side]);

  const operation = useRef<SetOperation>('replace');
  const drawing = path.value.length > 0;
  useEffect(() => {
    const escape = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') {
        // What was selected before stays.
        event.stopPropagation();
        path.value = [];
      }
    };
    if (drawing) {
      document.addEventListener('keydown', escape, true);
    }
    return () => document.removeEventListener('keydown', escape, true);
  }, [drawing, path]);

  const at = (event: PointerEvent): Place => [event.offsetX, event.offsetY];
  const end = (): void => {
    const drawn = path.peek();
    path.value = [];
    if (drawn.length > 2) {
      const polygon = drawn.map(place => valuesAt(place, frame));
      const cells = insidePolygon(places, drawn);
      selectCells(app, operation.current, 'scatter', cells, { fields: [nameX, nameY], polygon });
    }
  };
  return (
    <div class="cx-scatter">
      <span class="cx-ends">
        <span>{measure(y.max)}</span>
        <span>{nameY}</span>
      </span>
      <div class="cx-scatter-picture">
        <canvas
          ref={canvas}
          width={width}
          height={height}
          role="img"
          aria-label={text.scatterPicture(nameX ?? '', nameY ?? '', app.nVisible.value)}
          onPointerDown={event => {
            event.currentTarget.setPointerCapture(event.pointerId);
            // As a tool's gesture: the keys count when it begins.
            operation.current = operationAt(app, ui, event);
            path.value = [at(event)];
          }}
          onPointerMove={event => {
            const last = path.peek().at(-1);
            const [left, top] = at(event);
            if (last && Math.hypot(left - last[0], top - last[1]) >= SHORTEST) {
              path.value = [...path.peek(), [left, top]];
            }
          }}
          onPointerUp={end}
          onPointerCancel={() => (path.value = [])}
        />
        <svg aria-hidden="true">
          {path.value.length > 1 && (
            <path d={`M${path.value.map(place => place.join(' ')).join('L')}Z`} />
          )}
        </svg>
      </div>
      <span class="cx-ends">{measure(y.min)}</span>
      <div class="cx-ends">
        <span>{measure(x.min)}</span>
        <span>{nameX}</span>
        <span>{measure(x.max)}</span>
      </div>
    </div>
  );
}

function numbers(column: Loaded<Column> | null): ContinuousColumn | null {
  return column?.state === 'ready' && column.value.kind === 'continuous' ? column.value : null;
}

function frameOf(x: ContinuousColumn, y: ContinuousColumn, width: number, height: number): Frame {
  const range = ({ min, max }: ContinuousColumn): readonly [number, number] => {
    const room = max > min ? MARGIN * (max - min) : 1;
    return [min - room, max + room];
  };
  return { width, height, x: range(x), y: range(y) };
}

function valuesAt([left, top]: Place, { width, height, x, y }: Frame): Place {
  return [
    x[0] + (left / width) * (x[1] - x[0]),
    y[1] - (top / height) * (y[1] - y[0])
  ];
}
