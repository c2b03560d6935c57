/** How many cells there are, or dots while they are on their way. */
import type { JSX } from 'preact';
import { count, text } from '../../text';

interface CellCountProps {
  readonly n: number;
  readonly arriving: boolean;
}

export function CellCount({ n, arriving }: CellCountProps): JSX.Element {
  return arriving ? (
    <span class="cx-count" title={n > 0 ? text.groupArriving(n) : text.cellsArriving}>
      {text.dots}
    </span>
  ) : (
    <span class="cx-count">{count(n)}</span>
  );
}
