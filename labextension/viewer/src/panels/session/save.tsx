/** The sheet that saves a session: under which name, where to, and what it tells. */
import { useSignal, type Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import type { Folder } from '../../data/contents';
import type { Sessions } from '../../session/sessions';
import type { App } from '../../state/app';
import { text } from '../../text';
import { Sheet } from '../common/sheet';
import type { Ui } from '../ui';
import { fileNameProblem, proposedName, wholeName } from './file-name';
import { Reveals } from './reveals';
import { Saving } from './saving';

interface SaveProps {
  readonly app: App;
  readonly ui: Ui;
  readonly sessions: Sessions;
  /** Where files beside the notebook go. */
  readonly folder: () => Promise<Folder>;
}

export function Save(props: SaveProps): JSX.Element {
  return (
    <Sheet
      ui={props.ui}
      name="save"
      title={text.saveTitle}
      content={() => <SaveForm {...props} />}
    />
  );
}

function SaveForm({ app, ui, sessions, folder: findFolder }: SaveProps): JSX.Element {
  const saving = useMemo(() => new Saving(app, sessions), [app, sessions]);
  const name = useSignal(useMemo(() => proposedName(new Date()), []));
  const named = useSignal(true);
  const folder = useSignal<Folder | null>(null);
  const onServer = useSignal(false);
  useEffect(() => {
    void findFolder().then(found => (folder.value = found));
    return () => saving.cancel();
  }, [findFolder, folder, saving]);
  const busy = saving.step.value !== null;
  const problem = fileNameProblem(name.value);
  const save = async (as: string, replace: boolean): Promise<void> => {
    const to = onServer.value ? folder.value : null;
    if (await saving.save({ name: as, named: named.value, folder: to, replace })) {
      ui.sheet.value = null;
    }
  };
  const keepBoth = async (taken: string): Promise<void> => {
    const other = await saving.freeName(folder.value!, taken);
    if (other !== null) {
      name.value = other;
      await save(other, false);
    }
  };
  return (
    <form
      class="cx-save"
      onSubmit={event => {
        event.preventDefault();
        if (!busy && problem === null) {
          void save(wholeName(name.value), false);
        }
      }}
    >
      <label class="cx-field">
        <span class="cx-label">{text.saveName}</span>
        <input
          class="cx-input"
          type="text"
          autofocus
          spellcheck={false}
          value={name.value}
          aria-invalid={problem !== null}
          onInput={event => {
            name.value = event.currentTarget.value;
            saving.forget();
          }}
        />
      </label>
      <Where folder={folder.value} onServer={onServer} saving={saving} />
      <Reveals app={app} named={named} />
      {app.arrival.value !== null && <p class="cx-hint">{text.savesArriving}</p>}
      <Taken saving={saving} replace={taken => void save(taken, true)} keep={taken => void keepBoth(taken)} />
      <div class="cx-save-end">
        <Progress saving={saving} problem={problem} />
        <button type="submit" class="cx-confirm" aria-disabled={busy || problem !== null}>
          {text.save}
        </button>
      </div>
    </form>
  );
}

interface WhereProps {
  /** Null until it is known. */
  readonly folder: Folder | null;
  readonly onServer: Signal<boolean>;
  readonly saving: Saving;
}

function Where({ folder, onServer, saving }: WhereProps): JSX.Element {
  const beside = folder === null || folder.path === '' ? text.saveOnServer : text.saveBeside(folder.path);
  return (
    <fieldset class="cx-where">
      <legend class="cx-label">{text.saveTo}</legend>
      {[false, true].map(server => (
        <label key={`${server}`}>
          <input
            type="radio"
            name="cx-where"
            checked={onServer.value === server}
            disabled={server && folder === null}
            onChange={() => {
              onServer.value = server;
              saving.forget();
            }}
          />
          {server ? beside : text.saveDownload}
        </label>
      ))}
    </fieldset>
  );
}

interface TakenProps {
  readonly saving: Saving;
  readonly replace: (name: string) => void;
  readonly keep: (name: string) => void;
}

/** Whether a file is replaced that stands there already. */
function Taken({ saving, replace, keep }: TakenProps): JSX.Element | null {
  const taken = saving.taken.value;
  return taken === null ? null : (
    <div class="cx-asked" role="alert">
      <span>{text.fileExists(taken)}</span>
      <span>
        <button type="button" class="cx-link" onClick={() => keep(taken)}>
          {text.keepBoth}
        </button>
        <button type="button" class="cx-link" onClick={() => replace(taken)}>
          {text.replaceIt}
        </button>
      </span>
    </div>
  );
}

/** How far it is, with the end of it; else what is wrong. */
function Progress({ saving, problem }: { saving: Saving; problem: string | null }): JSX.Element {
  const step = saving.step.value;
  const words = step === 'building' ? text.building : step === null ? null : text.sending(step);
  return (
    <>
      <p class="cx-hint" role="status" data-problem={words === null}>
        {words ?? problem ?? saving.problem.value}
      </p>
      {step !== null && (
        <>
          <progress aria-label={text.saveTitle} {...(step === 'building' ? {} : { value: step })} />
          <button type="button" class="cx-link" onClick={() => saving.cancel()}>
            {text.cancelSaving}
          </button>
        </>
      )}
    </>
  );
}
