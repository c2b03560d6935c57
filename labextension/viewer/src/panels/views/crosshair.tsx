/** The crosshair that arrows move over a view, and the cell that is under it. */
import type { JSX } from 'preact';
import type { App } from '../../state/app';
import { measure, text } from '../../text';
import type { Ui } from '../ui';
import { styleOf } from './place';

export function CrosshairMark({ app, ui }: { app: App; ui: Ui }): JSX.Element {
  const shown = app.tool.value === null ? null : ui.crosshair.value;
  const [x, y] = shown?.at ?? [0, 0];
  const there = shown && app.places.value.get(shown.viewId);
  // The page may have become smaller since.
  const place = there && x < there.width && y < there.height ? there : null;
  // The line that is read aloud is there before it has words: what comes with them is not heard.
  return (
    <div
      class="cx-at-view"
      style={place ? styleOf(place) : {}}
    >
      {shown && place && (
        <>
          <span class="cx-cross-x" data-drawing={shown.drawing} style={{ top: `${y}px` }} />
          <span class="cx-cross-y" data-drawing={shown.drawing} style={{ left: `${x}px` }} />
        </>
      )}
      <span
        class="cx-cross-words"
        role="status"
        data-testid="crosshair"
        data-side={place && x > place.width / 2 ? 'left' : 'right'}
        style={{ left: `${x}px`, top: `${y}px` }}
      >
        {shown && place && wordsOf(app, shown.viewId, shown.cell)}
      </span>
    </div>
  );
}

function wordsOf(app: App, viewId: string, cell: number | null): string {
  if (cell === null) {
    return text.noCellHere;
  }
  const column = app.data(viewId).column.value;
  if (column?.state !== 'ready') {
    return text.cellHere(cell, null);
  }
  const { value } = column;
  const told =
    value.kind === 'categorical'
      ? value.labels[value.codes[cell]!]
      : Number.isNaN(value.values[cell]) ? undefined : measure(value.values[cell]!);
  const field = app.fields.value.nameOf(value.ref);
  return text.cellHere(cell, `${field}: ${told ?? text.missing}`);
}
