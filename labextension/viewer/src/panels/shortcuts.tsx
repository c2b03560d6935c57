/** The `?` sheet. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { text } from '../text';
import { Icon } from './icons';
import type { Ui } from './ui';

export function Shortcuts({ ui }: { ui: Ui }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = ui.helpOpen.value;
  useEffect(() => {
    const sheet = dialog.current;
    if (open && sheet?.open === false) {
      sheet.showModal();
    } else if (!open) {
      sheet?.close();
    }
  }, [open]);
  return (
    <dialog
      ref={dialog}
      class="cx-sheet"
      aria-labelledby="cx-shortcuts"
      onClose={() => (ui.helpOpen.value = false)}
    >
      <header class="cx-head">
        <h2 id="cx-shortcuts">{text.shortcuts}</h2>
        <button
          type="button"
          class="cx-small"
          aria-label={text.close}
          onClick={() => (ui.helpOpen.value = false)}
        >
          <Icon name="close" />
        </button>
      </header>
      <dl>
        {text.shortcutRows.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').filter(Boolean).map(key => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
