/** The selection being made: what the next gesture does to it, its size, Confirm and the rest. */
import type { JSX } from 'preact';
import type { App } from '../../state/app';
import {
  cancelCandidate,
  confirmCandidate,
  redoCandidate,
  undoCandidate
} from '../../state/highlights';
import type { SetOperation } from '../../state/types';
import { text } from '../../text';
import { Icon, type IconName } from '../common/icons';
import type { Ui } from '../ui';

const OPERATIONS = ['replace', 'intersect', 'add', 'remove'] as const satisfies SetOperation[];

export function Selection({ app, ui }: { app: App; ui: Ui }): JSX.Element | null {
  const { cells } = app.candidate.value;
  const canUndo = app.canUndoCandidate.value;
  const canRedo = app.canRedoCandidate.value;
  if (app.tool.value === null && cells === null && !canRedo) {
    return null;
  }
  return (
    <div class="cx-selection" role="toolbar" aria-label={text.selection}>
      {app.tool.value !== null && (
        <div class="cx-set" role="group" aria-label={text.operation}>
          {OPERATIONS.map(operation => (
            <button
              key={operation}
              type="button"
              class="cx-tool cx-operation"
              aria-label={text.operations[operation]}
              aria-pressed={ui.operation.value === operation}
              title={text.operationHints[operation]}
              onClick={() => (ui.operation.value = operation)}
            >
              <Icon name={operation} />
              <span>{text.operations[operation]}</span>
            </button>
          ))}
        </div>
      )}
      <span class="cx-selected" role="status" data-testid="candidate">
        {cells === null ? text.nothingSelected : text.selected(cells.length)}
      </span>
      <div class="cx-set">
        <Step icon="undo" label={text.undo} off={!canUndo} act={() => undoCandidate(app)} />
        <Step icon="redo" label={text.redo} off={!canRedo} act={() => redoCandidate(app)} />
        <Step
          icon="close"
          label={text.cancel}
          off={cells === null}
          act={() => cancelCandidate(app)}
        />
      </div>
      <button
        type="button"
        class="cx-confirm"
        disabled={!cells?.length}
        onClick={() => confirmCandidate(app)}
      >
        <Icon name="check" />
        <span>{text.confirm}</span>
      </button>
    </div>
  );
}

interface StepProps {
  readonly icon: IconName;
  readonly label: string;
  readonly off: boolean;
  readonly act: () => void;
}

function Step({ icon, label, off, act }: StepProps): JSX.Element {
  return (
    <button
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
