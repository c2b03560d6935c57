/** What the page says of itself when somebody looks for a fault. */
import { hiddenCells } from '../state/filters';
import type { CommandContext } from './context';
import type { Frame } from './numbered';

export function debugSnapshot({ app, console }: CommandContext, requestId: string): Frame {
  return {
    type: 'debug_snapshot',
    requestId,
    version: __VERSION__,
    views: app.views.peek().map(view => ({
      ...view,
      // How many are enough here: a million would not fit in a message.
      filters: view.filters.map(filter =>
        filter.kind === 'cells' ? { ...filter, hidden: hiddenCells(view).length } : filter
      )
    })),
    viewport: app.viewport.peek(),
    revision: app.dataset.revision,
    nCells: app.dataset.nCells,
    nVisible: app.nVisible.peek(),
    groups: app.highlights
      .peek()
      .pages.flatMap(page => page.groups)
      .map(({ id, label, cells }) => ({ id, label, cells: cells.length })),
    messages: app.messages.peek(),
    console
  };
}
