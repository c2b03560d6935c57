/** A button that opens a list of things to do: arrows move, Enter does, Escape closes. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { usePassedFocus } from './focus';

export interface MenuItem {
  /** Where labels may be the same. */
  readonly key?: string;
  readonly label: string;
  readonly act: () => void;
  readonly disabled?: boolean;
  /** Of an item that is chosen or not. */
  readonly checked?: boolean;
  /** A CSS image that stands before the label. */
  readonly picture?: string;
}

interface MenuProps {
  /** What the button is for. */
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly class?: string;
  readonly children: ComponentChildren;
}

export function Menu({ label, items, class: name = 'cx-small', children }: MenuProps): JSX.Element {
  const open = useSignal(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLUListElement>(null);
  usePassedFocus(box, 'li');
  useLayoutEffect(() => {
    const [items, opener] = [list.current, button.current];
    if (items === null || opener === null) {
      return undefined;
    }
    // Not in jsdom.
    if (typeof items.showPopover === 'function') {
      items.showPopover();
    }
    const follow = (): void => place(items, opener);
    follow();
    entries(box.current)[0]?.focus({ preventScroll: true });
    // The press that opened it may still be scrolling what its button stands in.
    document.addEventListener('scroll', follow, true);
    return () => document.removeEventListener('scroll', follow, true);
  }, [open.value]);
  const close = (): void => {
    open.value = false;
    button.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!open.value) {
      return;
    }
    const all = entries(box.current);
    const at = all.indexOf(document.activeElement as HTMLElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape') {
      close();
    } else if (step !== undefined) {
      all[(at + step + all.length) % all.length]?.focus();
    } else if (event.key !== 'Tab') {
      // What is typed in a menu is no shortcut of the page.
      event.stopPropagation();
      return;
    } else {
      open.value = false;
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={box}
      class="cx-menu"
      onKeyDown={onKeyDown}
      onFocusOut={event => {
        if (!box.current?.contains(event.relatedTarget as Node | null)) {
          open.value = false;
        }
      }}
    >
      <button
        ref={button}
        type="button"
        class={name}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open.value}
        onClick={() => (open.value = !open.value)}
      >
        {children}
      </button>
      {open.value && (
        <ul ref={list} class="cx-menu-items" role="menu" aria-label={label} popover="manual">
          {items.map(item => (
            <li key={item.key ?? item.label} role="none">
              <button
                type="button"
                role={item.checked === undefined ? 'menuitem' : 'menuitemcheckbox'}
                aria-checked={item.checked}
                disabled={item.disabled}
                onClick={() => {
                  close();
                  item.act();
                }}
              >
                {item.picture !== undefined && (
                  <span class="cx-menu-picture" style={{ backgroundImage: item.picture }} />
                )}
                {item.label}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

const GAP = 2;
const EDGE = 8;

/** Over all there is, under its button or above it, so that no list it stands in cuts it off. */
function place(list: HTMLElement, button: HTMLElement): void {
  const at = button.getBoundingClientRect();
  const { width, height } = list.getBoundingClientRect();
  const below = at.bottom + GAP;
  const above = at.top - GAP - height;
  const fits = below + height <= window.innerHeight - EDGE || above < EDGE;
  const right = Math.min(at.right, window.innerWidth - EDGE);
  list.style.left = `${Math.max(EDGE, right - width)}px`;
  list.style.top = `${Math.max(EDGE, fits ? Math.min(below, window.innerHeight - EDGE - height) : above)}px`;
}

function entries(box: HTMLElement | null): HTMLElement[] {
  return [...(box?.querySelectorAll<HTMLElement>('[role^=menuitem]:not(:disabled)') ?? [])];
}
