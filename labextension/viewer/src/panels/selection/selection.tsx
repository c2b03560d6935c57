/** The selection being made: what the next gesture does to it, its size, Confirm and the rest. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { App } from '../../state/app';
import { cancelCandidate, redoCandidate, undoCandidate } from '../../state/candidate';
import { confirmCandidate } from '../../state/confirm';
import type { SetOperation } from '../../state/types';
import { text } from '../../text';
import { toolById, toolFor } from '../../tools';
import { operationOf, type Tool } from '../../tools/tool';
import { focusPicture, useFocusWhileOn } from '../common/focus';
import { Icon, type IconName } from '../common/icons';
import type { Ui } from '../ui';
import { BesidePointer } from './beside';
import { ByName } from './by-name';
import { useHeld } from './held';

const OPERATIONS = ['replace', 'intersect', 'add', 'remove'] as const satisfies SetOperation[];

export function Selection({ app, ui }: { app: App; ui: Ui }): JSX.Element {
  const held = useHeld().value;
  const tool = toolById(app.tool.value);
  useEffect(() => (tool?.needs ? app.need(tool.needs) : undefined), [app, tool]);
  const meant = toolFor(app.tool.value, held);
  const asked = meant && operationOf(held, meant, app);
  const begun = app.candidate.value.cells !== null || app.canRedoCandidate.value;
  return (
    <>
      <BesidePointer app={app} />
      {(meant !== null || begun) && (
        <div class="cx-selecting">
          {tool?.id === 'by-name' && <ByName app={app} ui={ui} />}
          <div class="cx-selection" role="toolbar" aria-label={text.selection}>
            {meant !== null && <Operations app={app} ui={ui} tool={meant} asked={asked} />}
            <Count app={app} tool={meant} />
            <Steps app={app} />
            <Confirm app={app} />
          </div>
        </div>
      )}
    </>
  );
}

interface OperationsProps {
  readonly app: App;
  readonly ui: Ui;
  readonly tool: Tool;
  /** What the keys that are held ask for, if anything. */
  readonly asked: SetOperation | null;
}

function Operations({ app, ui, tool, asked }: OperationsProps): JSX.Element {
  const now = asked ?? ui.operation.value;
  const plain = tool.begin ? (tool.plainAlt?.(app) ?? 'intersect') : null;
  return (
    <div class="cx-set" role="group" aria-label={text.operation}>
      {OPERATIONS.map(operation => (
        <button
          key={operation}
          type="button"
          class="cx-tool cx-operation"
          aria-label={text.operations[operation]}
          aria-pressed={now === operation}
          data-held={asked === operation}
          title={text.operationHint(operation, plain)}
          onClick={() => (ui.operation.value = operation)}
        >
          <Icon name={operation} />
          <span>{text.operations[operation]}</span>
        </button>
      ))}
    </div>
  );
}

/** How many cells there are, or would be if the gesture ended now; before that, what to do. */
function Count({ app, tool }: { app: App; tool: Tool | null }): JSX.Element {
  const preview = app.preview.value;
  const cells = preview ?? app.candidate.value.cells;
  return (
    <span
      class="cx-selected"
      role="status"
      data-testid="candidate"
      data-preview={preview !== null}
    >
      {cells === null && tool !== null
        ? (tool.obstacle(app) ?? tool.hint(app))
        : text.selected(cells?.length ?? 0)}
    </span>
  );
}

function Steps({ app }: { app: App }): JSX.Element {
  const { cells } = app.candidate.value;
  const [undo, redo] = [app.canUndoCandidate.value, app.canRedoCandidate.value];
  return (
    <div class="cx-set">
      <Step icon="undo" label={text.undo} off={!undo} act={() => undoCandidate(app)} />
      <Step icon="redo" label={text.redo} off={!redo} act={() => redoCandidate(app)} />
      <Step
        icon="close"
        label={text.cancel}
        off={cells === null}
        act={() => {
          focusPicture();
          cancelCandidate(app);
        }}
      />
    </div>
  );
}

/** Says to which page the group goes, where that is not the one that is shown. */
function Confirm({ app }: { app: App }): JSX.Element {
  const { cells, pageId } = app.candidate.value;
  const { pages } = app.highlights.value;
  const home = pages.find(page => page.id === pageId);
  return (
    <button
      type="button"
      class="cx-confirm"
      disabled={!cells?.length}
      onClick={() => {
        focusPicture();
        confirmCandidate(app);
      }}
    >
      <Icon name="check" />
      <span class="cx-confirm-words">
        {text.confirm}
        {home && home !== app.activePage.value ? ` ${text.confirmTo(home.name)}` : ''}
      </span>
    </button>
  );
}

interface StepProps {
  readonly icon: IconName;
  readonly label: string;
  readonly off: boolean;
  readonly act: () => void;
}

function Step({ icon, label, off, act }: StepProps): JSX.Element {
  const button = useRef<HTMLButtonElement>(null);
  useFocusWhileOn(button, off);
  return (
    <button
      ref={button}
      type="button"
      class="cx-tool"
      aria-label={label}
      title={label}
      disabled={off}
      onClick={act}
    >
      <Icon name={icon} />
    </button>
  );
}
