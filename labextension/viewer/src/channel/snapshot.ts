/** What the page says of itself when somebody looks for a fault. */
import { countOf } from '../state/awaited';
import type { Filter } from '../state/types';
import type { CommandContext } from './context';
import type { Frame } from './numbered';

export function debugSnapshot({ app, console }: CommandContext, requestId: string): Frame {
  return {
    type: 'debug_snapshot',
    requestId,
    version: __VERSION__,
    views: app.views.peek().map(view => ({
      ...view,
      filters: view.filters.map(brief)
    })),
    viewport: app.viewport.peek(),
    revision: app.dataset.revision,
    nCells: app.dataset.nCells,
    nVisible: app.nVisible.peek(),
    groups: app.highlights
      .peek()
      .pages.flatMap(page => page.groups)
      .map(({ id, label, cells }) => ({ id, label, cells: countOf(cells) })),
    messages: app.messages.peek(),
    console
  };
}

/** Names that are told; of more only how many there are. */
const NAMES = 100;

/** A filter that fits in a message, though it hides a million cells, or categories. */
function brief(filter: Filter): unknown {
  const many =
    filter.kind === 'cells' || (filter.kind === 'category' && filter.hidden.length > NAMES);
  return many ? { ...filter, hidden: filter.hidden.length } : filter;
}
