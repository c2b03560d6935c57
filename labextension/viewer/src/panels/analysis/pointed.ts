/** Cells pointed at in a chart are shown in the picture; a click makes them the selection. */
import type { App } from '../../state/app';
import { stepCandidate } from '../../state/candidate';
import { operationOf } from '../../tools/tool';
import type { Ui } from '../ui';

/** Show what would be selected; null for nothing. */
export function previewCells(app: App, cells: Uint32Array | null): void {
  app.preview.value = cells;
}

/** Make cells a step of the selection; the modifier keys and the toolbar say which. */
export function selectCells(
  app: App,
  ui: Ui,
  event: MouseEvent | null,
  tool: string,
  cells: Uint32Array,
  detail: Readonly<Record<string, unknown>>
): void {
  const { id, dimension } = app.activeView.peek();
  const operation = (event && operationOf(event, null, app)) ?? ui.operation.peek();
  stepCandidate(app, cells, { tool, operation, view: id, dimension, detail });
}
