/** A box to type a part of a name in, with the list of what has it: of any length, by arrows too. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { text } from '../../text';
import { focusPicture } from '../common/focus';

/** A line of the list: something to take, or a heading of those that follow. */
export type Line<T> =
  | { readonly heading: string }
  | { readonly key: string; readonly item: T; readonly title?: string };

interface ComboProps<T> {
  readonly id: string;
  readonly label: string;
  readonly placeholder: string;
  /** What stands in the box while nothing is typed. */
  readonly value: string;
  /** The key of what is chosen now. */
  readonly chosen?: string;
  /** Whether the list is there before anything is typed. */
  readonly listsAll?: boolean;
  readonly find: (part: string) => readonly Line<T>[];
  readonly row: (item: T) => ComponentChildren;
  readonly take: (item: T) => void;
  /** What is said where nothing is found. */
  readonly none: (part: string) => string;
}

const ROW = 26;
const PAGE = 10;
/** Rows that are made above and below those that are seen. */
const AROUND = 6;
const SEEN = 14;

export function Combo<T>(props: ComboProps<T>): JSX.Element {
  const { id, chosen, listsAll = false, find } = props;
  const typed = useSignal<string | null>(null);
  const open = useSignal(false);
  const at = useSignal(0);
  const top = useSignal(0);
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const part = typed.value?.trim() ?? '';
  const listed = open.value && (listsAll || part !== '');
  const lines = useMemo(() => (listed ? find(part) : []), [listed, part, find]);
  const places = useMemo(
    () => lines.flatMap((line, place) => ('item' in line ? [place] : [])),
    [lines]
  );
  const active = places[Math.min(at.value, places.length - 1)] ?? -1;
  const first = Math.max(0, Math.floor(top.value / ROW) - AROUND);
  const last = Math.min(lines.length, first + SEEN + 2 * AROUND);

  useLayoutEffect(() => {
    const box = list.current;
    if (box !== null && active >= 0) {
      const [over, under] = [active * ROW - ROW, (active + 1) * ROW - box.clientHeight];
      box.scrollTop = Math.max(Math.min(box.scrollTop, Math.max(0, over)), under);
      top.value = box.scrollTop;
    }
  }, [active, lines, top]);

  const show = (): void => {
    open.value = true;
    const found = find('').filter(line => 'item' in line);
    at.value = Math.max(0, found.findIndex(line => line.key === chosen));
  };
  const close = (): void => {
    open.value = false;
    typed.value = null;
  };
  const take = (place: number): void => {
    const line = lines[place];
    if (line !== undefined && 'item' in line) {
      close();
      props.take(line.item);
      // What is typed next is for the cells, not for the box.
      focusPicture();
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE, PageUp: -PAGE }[event.key];
    if (event.key === 'Enter' && listed) {
      take(active);
    } else if (event.key === 'Escape') {
      if (open.value) {
        // It closes the list, and not what else Escape ends.
        event.stopPropagation();
      } else {
        input.current?.blur();
      }
      close();
    } else if (step !== undefined && listed) {
      at.value = Math.min(Math.max(Math.min(at.value, places.length - 1) + step, 0), places.length - 1);
    } else if ((step !== undefined || event.key === 'Enter') && listsAll) {
      show();
    } else {
      return;
    }
    event.preventDefault();
  };

  return (
    <div class="cx-combo">
      <input
        id={id}
        ref={input}
        class="cx-input"
        type="text"
        role="combobox"
        aria-label={props.label}
        aria-autocomplete="list"
        aria-expanded={listed}
        aria-controls={`${id}-list`}
        aria-activedescendant={listed && active >= 0 ? `${id}-${active}` : undefined}
        autocomplete="off"
        spellcheck={false}
        data-untouched={typed.value === null}
        placeholder={props.placeholder}
        title={props.value}
        value={typed.value ?? props.value}
        onInput={event => {
          typed.value = event.currentTarget.value;
          at.value = 0;
          open.value = true;
        }}
        onClick={() => {
          if (!open.value && listsAll) {
            show();
            input.current?.select();
          }
          open.value = true;
        }}
        onBlur={close}
        onKeyDown={onKeyDown}
      />
      {listed && (
        <ul
          id={`${id}-list`}
          ref={list}
          class="cx-options"
          role="listbox"
          aria-label={props.label}
          // Its bar can be dragged, and the box keeps the focus.
          onPointerDown={event => event.preventDefault()}
          onMouseDown={event => event.preventDefault()}
          onScroll={event => (top.value = event.currentTarget.scrollTop)}
        >
          <li role="presentation" style={{ height: `${first * ROW}px` }} />
          {lines.slice(first, last).map((line, i) =>
            'item' in line ? (
              <li
                key={line.key}
                id={`${id}-${first + i}`}
                role="option"
                title={line.title}
                aria-selected={first + i === active}
                aria-setsize={places.length}
                aria-posinset={places.indexOf(first + i) + 1}
                data-chosen={line.key === chosen}
                onClick={() => take(first + i)}
              >
                {props.row(line.item)}
              </li>
            ) : (
              <li key={line.heading} class="cx-options-heading" role="presentation">
                {line.heading}
              </li>
            )
          )}
          <li role="presentation" style={{ height: `${(lines.length - last) * ROW}px` }} />
          {places.length === 0 && (
            <li class="cx-hint" role="presentation">
              {props.none(part)}
            </li>
          )}
        </ul>
      )}
      <span class="cx-unseen" role="status">
        {listed && part !== '' ? text.fieldsFound(places.length) : ''}
      </span>
    </div>
  );
}
