/** The sheet of what pages saved by themselves of this dataset, each of which can be restored. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Earlier } from '../../data/autosaves';
import { isReplaced, type Autosave } from '../../session/autosave';
import type { Sessions } from '../../session/sessions';
import { text } from '../../text';
import { Sheet } from '../common/sheet';
import type { Ui } from '../ui';

interface EarlierProps {
  readonly ui: Ui;
  readonly sessions: Sessions;
}

export function EarlierWork({ ui, sessions }: EarlierProps): JSX.Element | null {
  const { autosave } = sessions;
  return autosave === null ? null : (
    <Sheet
      ui={ui}
      name="earlier"
      title={text.earlier}
      content={() => (
        <List
          autosave={autosave}
          restore={earlier => {
            ui.sheet.value = null;
            void sessions.open(() => autosave.get(earlier), text.earlierNotRestored);
          }}
        />
      )}
    />
  );
}

interface ListProps {
  readonly autosave: Autosave;
  readonly restore: (earlier: Earlier) => void;
}

type Found =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly why: string }
  | { readonly state: 'there'; readonly all: readonly Earlier[] };

function List({ autosave, restore }: ListProps): JSX.Element {
  const found = useSignal<Found>({ state: 'loading' });
  useEffect(() => {
    autosave.earlier().then(
      all => (found.value = { state: 'there', all }),
      (error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        found.value = { state: 'failed', why };
      }
    );
  }, [autosave, found]);
  const { value } = found;
  return (
    <div class="cx-earlier">
      <p class="cx-hint">{text.earlierHint}</p>
      {value.state !== 'there' ? (
        <p role="status">
          {value.state === 'loading' ? text.earlierLoading : text.earlierNotListed(value.why)}
        </p>
      ) : value.all.length === 0 ? (
        <p role="status">{text.noEarlier}</p>
      ) : (
        <ul class="cx-list" aria-label={text.earlier}>
          {value.all.map(earlier => (
            <li key={earlier.name} class="cx-row">
              <Row earlier={earlier} restore={restore} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Row({ earlier, restore }: { earlier: Earlier; restore: ListProps['restore'] }): JSX.Element {
  const { savedAt, bytes, made } = earlier;
  const hints = [made && text.earlierMade(made), isReplaced(earlier) && text.replacedByLoad];
  return (
    <>
      <span>{text.earlierAt(savedAt)}</span>
      <span class="cx-name cx-hint">{hints.filter(Boolean).join('; ')}</span>
      <span class="cx-count">{text.earlierSize(bytes)}</span>
      <button
        type="button"
        class="cx-link"
        aria-label={text.restoreOf(savedAt)}
        onClick={() => restore(earlier)}
      >
        {text.restoreEarlier}
      </button>
    </>
  );
}
