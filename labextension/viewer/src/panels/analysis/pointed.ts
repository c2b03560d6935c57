/** Cells pointed at in a chart are shown in the picture; a click makes them the selection. */
import type { App } from '../../state/app';
import { stepCandidate } from '../../state/candidate';
import { filtersOn } from '../../state/recipe';
import type { SetOperation } from '../../state/types';
import { operationOf } from '../../tools/tool';
import type { Ui } from '../ui';

/** Show what would be selected; null for nothing. */
export function previewCells(app: App, cells: Uint32Array | null): void {
  app.preview.value = cells;
}

/** What the modifier keys, or else the toolbar, ask for. */
export function operationAt(app: App, ui: Ui, event: MouseEvent | null): SetOperation {
  return (event && operationOf(event, null, app)) ?? ui.operation.peek();
}

/** Make cells a step of the selection. */
export function selectCells(
  app: App,
  operation: SetOperation,
  tool: string,
  cells: Uint32Array,
  detail: Readonly<Record<string, unknown>>
): void {
  const { id, dimension } = app.activeView.peek();
  const filters = filtersOn(app, id);
  stepCandidate(app, cells, {
    tool,
    operation,
    view: id,
    dimension,
    detail: { ...detail, filters }
  });
}
