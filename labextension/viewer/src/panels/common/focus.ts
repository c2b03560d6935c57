/** Where the focus goes when what has it goes away: nobody begins anew at the top of the page. */
import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

const CONTROLS = 'button:not(:disabled), input:not(:disabled), select, textarea';

/** To the picture, where all shortcuts work. */
export function focusPicture(): void {
  document.querySelector<HTMLElement>('.cx-picture canvas, .cx-go-on')?.focus({ preventScroll: true });
}

/** To the heading of the section that an element stands in. */
export function focusHeading(inside: Element): void {
  headingOf(inside)?.focus();
}

/**
 * When a row goes away with the focus in it, the focus goes to the same control of the row that
 * is in its place then, else to the heading of its section, else to the picture.
 *
 * @param inside an element of the row
 * @param rows what rows are, as a selector; outside of one, the element is taken for a row
 */
export function usePassedFocus(inside: RefObject<HTMLElement>, rows: string): void {
  useLayoutEffect(() => {
    const row = inside.current?.closest<HTMLElement>(rows) ?? inside.current;
    return () => {
      const had = document.activeElement;
      const list = row?.parentElement;
      if (!row || !list || !(had instanceof HTMLElement) || !row.contains(had)) {
        return;
      }
      const heading = headingOf(row);
      const place = [...list.children].indexOf(row);
      const control = controls(row).indexOf(had);
      // Only then is it known what else went.
      queueMicrotask(() => {
        if (document.activeElement !== document.body) {
          return;
        }
        const heir = list.isConnected ? (list.children[place] ?? list.lastElementChild) : null;
        const like = heir === null ? [] : controls(heir);
        const next = like[control] ?? like.at(-1) ?? heading;
        if (next?.isConnected) {
          next.focus();
        } else {
          focusPicture();
        }
      });
    };
  }, [inside, rows]);
}

/** When a button is off that has the focus, the focus goes to the picture. */
export function useFocusWhileOn(button: RefObject<HTMLElement>, off: boolean): void {
  useLayoutEffect(() => {
    if (off && button.current !== null && document.activeElement === button.current) {
      focusPicture();
    }
  }, [button, off]);
}

function headingOf(element: Element): HTMLElement | null {
  return element.closest('.cx-section')?.querySelector<HTMLElement>('.cx-head .cx-fold') ?? null;
}

function controls(of: Element): HTMLElement[] {
  return [...of.querySelectorAll<HTMLElement>(CONTROLS)];
}
