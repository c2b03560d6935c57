/** A sheet over the page, one at a time: Escape closes it, and the focus goes back to where it was. */
import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { text } from '../../text';
import { Icon } from './icons';
import type { SheetName, Ui } from '../ui';

interface SheetProps {
  readonly ui: Ui;
  readonly name: SheetName;
  readonly title: string;
  /** What it holds; made only while it is open. */
  readonly content: () => ComponentChildren;
}

export function Sheet({ ui, name, title, content }: SheetProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = ui.sheet.value === name;
  const close = (): void => {
    if (ui.sheet.peek() === name) {
      ui.sheet.value = null;
    }
  };
  // Before the next key can come: a passive effect would wait for a frame.
  useLayoutEffect(() => {
    const sheet = dialog.current;
    if (open && sheet?.open === false) {
      sheet.showModal();
    } else if (!open) {
      sheet?.close();
    }
  }, [open]);
  return (
    <dialog ref={dialog} class="cx-sheet" aria-labelledby={`cx-${name}`} onClose={close}>
      <header class="cx-head">
        <h2 id={`cx-${name}`}>{title}</h2>
        <button type="button" class="cx-small" aria-label={text.close} onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      {open && content()}
    </dialog>
  );
}
