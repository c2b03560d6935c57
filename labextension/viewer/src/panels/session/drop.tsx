/** A file dropped on the page is loaded; while one is dragged over it, the page says so. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Sessions } from '../../session/sessions';
import type { App } from '../../state/app';
import { text } from '../../text';
import type { Ui } from '../ui';
import { loadFiles } from './load';

interface DropProps {
  readonly app: App;
  readonly ui: Ui;
  readonly sessions: Sessions;
}

export function Drop({ app, ui, sessions }: DropProps): JSX.Element | null {
  const over = useSignal(false);
  useEffect(() => {
    const ends = new AbortController();
    const { signal } = ends;
    const onDrag = (event: DragEvent): void => {
      if (!isFromOutside(event)) {
        return;
      }
      // Else the browser would open it in place of the page, and with it all work be gone.
      event.preventDefault();
      const takes = ui.sheet.peek() === null;
      over.value = takes;
      event.dataTransfer!.dropEffect = takes ? 'copy' : 'none';
    };
    const onDrop = (event: DragEvent): void => {
      over.value = false;
      if (isFromOutside(event)) {
        event.preventDefault();
        if (ui.sheet.peek() === null) {
          void loadFiles(app, sessions, [...event.dataTransfer!.files]);
        }
      }
    };
    const onLeave = (event: DragEvent): void => {
      // Within the page it goes from one element to another.
      if (event.relatedTarget === null) {
        over.value = false;
      }
    };
    document.addEventListener('dragenter', onDrag, { signal });
    document.addEventListener('dragover', onDrag, { signal });
    document.addEventListener('dragleave', onLeave, { signal });
    document.addEventListener('drop', onDrop, { signal });
    return () => ends.abort();
  }, [app, ui, sessions, over]);
  return over.value ? (
    <div class="cx-drop" role="status">
      <p>{text.dropHere}</p>
    </div>
  ) : null;
}

/** Files, and links, which a browser would follow; what is dragged within the page is neither. */
function isFromOutside({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.some(type => type === 'Files' || type === 'text/uri-list') ?? false;
}
