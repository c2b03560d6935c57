/** A long list of rows of one height, of which only those on the screen are made. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';

const ROW = 26;
const AROUND = 8;
/** Up to this many rows are simply made: the browser scrolls them better than we do. */
const FEW = 150;

interface RowsProps<T> {
  readonly items: readonly T[];
  readonly label: string;
  readonly row: (item: T) => ComponentChildren;
  readonly keyOf: (item: T) => string;
}

export function Rows<T>({ items, label, row, keyOf }: RowsProps<T>): JSX.Element {
  const top = useSignal(0);
  const few = items.length <= FEW;
  const room = Math.ceil(window.innerHeight / ROW);
  const first = few ? 0 : Math.max(0, Math.floor(top.value / ROW) - AROUND);
  const last = few ? items.length : Math.min(items.length, first + room + 2 * AROUND);
  return (
    <div
      class="cx-rows"
      onScroll={few ? undefined : event => (top.value = event.currentTarget.scrollTop)}
    >
      <ul
        class="cx-list"
        aria-label={label}
        style={{ paddingTop: `${first * ROW}px`, paddingBottom: `${(items.length - last) * ROW}px` }}
      >
        {items.slice(first, last).map(item => (
          <li key={keyOf(item)} class="cx-row">
            {row(item)}
          </li>
        ))}
      </ul>
    </div>
  );
}
