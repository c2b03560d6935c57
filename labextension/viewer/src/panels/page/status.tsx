/** What the page says: how many cells are shown, how the connection is, messages. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Autosave, LastSave } from '../../session/autosave';
import type { App } from '../../state/app';
import { hiddenCells, showHiddenCells } from '../../state/filters';
import { dismiss } from '../../state/messages';
import type { Message } from '../../state/types';
import { text } from '../../text';
import { Icon } from '../common/icons';

const INFO_MILLISECONDS = 8000;

interface StatusProps {
  readonly app: App;
  readonly autosave: Autosave | null;
}

export function StatusLine({ app, autosave }: StatusProps): JSX.Element {
  const connection = app.connection.value;
  const hidden = hiddenCells(app.activeView.value).length;
  const saved = autosave?.last.value;
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
      {saved && <Saved {...saved} />}
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

function Saved(last: LastSave): JSX.Element {
  const failed = last.state === 'failed';
  return (
    <span
      class="cx-saved"
      data-state={last.state}
      data-testid="saved"
      title={failed ? text.autosaveFails(last.why) : text.autosavedHint(last.at)}
    >
      {failed ? text.notAutosaved(last.why) : text.autosaved(last.at)}
    </span>
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
    // What can be acted on waits for it.
    if (message.level !== 'info' || message.action !== null) {
      return;
    }
    const timer = setTimeout(() => dismiss(app, message.id), INFO_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [app, message]);
  return (
    <div class="cx-message" data-level={message.level}>
      <span>{message.text}</span>
      {message.action && (
        <button
          type="button"
          class="cx-link"
          onClick={() => {
            dismiss(app, message.id);
            message.action?.act();
          }}
        >
          {message.action.label}
        </button>
      )}
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
