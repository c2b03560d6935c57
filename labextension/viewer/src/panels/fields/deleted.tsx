/** Fields that were deleted: to be had back, or given up for good. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { fieldId } from '../../data/field';
import type { App } from '../../state/app';
import { purgeField, restoreField } from '../../state/field-edits';
import type { Field } from '../../state/fields';
import { unfold } from '../../state/panels';
import { text } from '../../text';
import { usePassedFocus } from '../common/focus';
import { Rows } from '../common/rows';

/** By which it is known whether it is open. */
const NAME = 'deleted fields';

export function DeletedFields({ app }: { app: App }): JSX.Element | null {
  const open = app.panels.value.sections[NAME] ?? false;
  const { deleted } = app.fields.value;
  if (deleted.length === 0) {
    return null;
  }
  return (
    <div class="cx-deleted">
      <button
        type="button"
        class="cx-fold cx-label"
        aria-expanded={open}
        onClick={() => unfold(app, NAME, !open)}
      >
        {text.deletedFields(deleted.length)}
      </button>
      {open && (
        <Rows
          items={deleted}
          label={text.deletedList}
          keyOf={({ ref }) => fieldId(ref)}
          row={field => <Deleted app={app} field={field} />}
        />
      )}
    </div>
  );
}

interface DeletedProps {
  readonly app: App;
  readonly field: Field;
}

function Deleted({ app, field }: DeletedProps): JSX.Element {
  const asking = useSignal(false);
  const row = useRef<HTMLDivElement>(null);
  usePassedFocus(row, 'li');
  const keep = useRef<HTMLButtonElement>(null);
  const purge = useRef<HTMLButtonElement>(null);
  const asked = useRef(false);
  useLayoutEffect(() => {
    if (asking.value || asked.current) {
      (keep.current ?? purge.current)?.focus();
    }
    asked.current = asking.value;
  }, [asking.value]);
  const { ref, name } = field;
  if (asking.value) {
    return (
      <div ref={row} class="cx-deleted-row" role="alertdialog" aria-label={text.purgeAsk(name)}>
        <span class="cx-name" title={text.purgeAsk(name)}>
          {text.purgeShort}
        </span>
        <button type="button" class="cx-link cx-danger" onClick={() => purgeField(app, ref)}>
          {text.purgeYes}
        </button>
        <button ref={keep} type="button" class="cx-link" onClick={() => (asking.value = false)}>
          {text.purgeNo}
        </button>
      </div>
    );
  }
  return (
    <div ref={row} class="cx-deleted-row">
      <span class="cx-name" title={field.original === null ? name : text.original(field.original)}>
        {name}
      </span>
      <button
        type="button"
        class="cx-link"
        aria-label={text.restoreField(name)}
        onClick={() => restoreField(app, ref)}
      >
        {text.restore}
      </button>
      <button
        ref={purge}
        type="button"
        class="cx-link"
        aria-label={text.purgeField(name)}
        onClick={() => (asking.value = true)}
      >
        {text.purge}
      </button>
    </div>
  );
}
