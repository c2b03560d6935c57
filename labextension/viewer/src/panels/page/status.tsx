/** What the page says: how many cells are shown, how the connection is, messages. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { App } from '../../state/app';
import { hiddenCells, showHiddenCells } from '../../state/filters';
import { dismiss } from '../../state/messages';
import type { Message } from '../../state/types';
import { text } from '../../text';
import { Icon } from '../common/icons';

const INFO_MILLISECONDS = 8000;

export function StatusLine({ app }: { app: App }): JSX.Element {
  const connection = app.connection.value;
  const hidden = hiddenCells(app.activeView.value).length;
  return (
    <footer class="cx-status">
      <span role="status" data-testid="showing">
        {text.showing(app.nVisible.value, app.dataset.nCells)}
      </span>
      {hidden > 0 && (
        <button
          type="button"
          class="cx-link"
          title={text.hiddenFromPythonHint}
          onClick={() => showHiddenCells(app)}
        >
          {text.hiddenFromPython(hidden)}
        </button>
      )}
      <span class="cx-space" />
      <span
        class="cx-badge"
        data-state={connection.state}
        data-testid="connection"
        title={connection.reason ?? text.connectionHint[connection.state]}
      >
        <span class="cx-dot" />
        {/* Without its kernel a person must do something: say what, not only that. */}
        <span>{connection.reason ?? text.connection[connection.state]}</span>
      </span>
    </footer>
  );
}

export function Messages({ app }: { app: App }): JSX.Element {
  return (
    <div class="cx-messages" role="log" aria-label={text.messages}>
      {app.messages.value.map(message => (
        <MessageBox key={message.id} app={app} message={message} />
      ))}
    </div>
  );
}

/** A message; one that only informs goes by itself. */
function MessageBox({ app, message }: { app: App; message: Message }): JSX.Element {
  useEffect(() => {
    if (message.level !== 'info') {
      return;
    }
    const timer = setTimeout(() => dismiss(app, message.id), INFO_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [app, message]);
  return (
    <div class="cx-message" data-level={message.level}>
      <span>{message.text}</span>
      <button
        type="button"
        class="cx-small"
        aria-label={text.dismiss}
        onClick={() => dismiss(app, message.id)}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}

/** Over the picture while there is nothing to see yet, or never will be. */
export function Waiting({ app }: { app: App }): JSX.Element | null {
  const points = app.points.value;
  if (points.state === 'ready') {
    return null;
  }
  const failed = points.state === 'failed';
  return (
    <Notice busy={!failed} words={failed ? text.pointsFailed(points.message) : text.loadingPoints} />
  );
}

export function Notice({ words, busy }: { words: string; busy: boolean }): JSX.Element {
  return (
    <div class="cx-notice" role={busy ? 'status' : 'alert'}>
      {busy && <span class="cx-spinner" aria-hidden="true" />}
      <p>{words}</p>
    </div>
  );
}
