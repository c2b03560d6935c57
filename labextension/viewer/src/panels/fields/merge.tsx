/** The sheet in which several categories become one. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { App } from '../../state/app';
import { legendOf, type CategoryEntry } from '../../state/legend';
import { mergeCategories, mergedName } from '../../state/regrouping';
import type { FieldRef } from '../../state/types';
import { count, text } from '../../text';
import { Icon } from '../common/icons';
import { Rows } from '../common/rows';

interface MergeProps {
  readonly app: App;
  readonly field: FieldRef;
  /** Own names of those that are chosen at first. */
  readonly chosen: readonly string[];
  readonly done: () => void;
}

export function Merge({ app, field, chosen: first, done }: MergeProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const chosen = useSignal<ReadonlySet<string>>(new Set(first));
  const part = useSignal('');
  const given = useSignal<string | null>(null);
  const legend = useMemo(() => legendOf(app), [app]).value;
  const entries = legend?.kind === 'categorical' ? legend.entries : [];
  const asked = part.value.trim().toLowerCase();
  const listed = useMemo(
    () => entries.filter(({ label }) => label.toLowerCase().includes(asked)),
    [entries, asked]
  );
  const labels = entries.filter(({ category }) => chosen.value.has(category)).map(e => e.label);
  const name = given.value ?? mergedName(labels);
  // Before the next key can come.
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const toggle = (category: string): void => {
    const next = new Set(chosen.value);
    chosen.value = next.delete(category) ? next : next.add(category);
  };
  // The focus goes back to where it was.
  const close = (): void => dialog.current?.close();
  const merge = (): void => {
    close();
    mergeCategories(app, field, [...chosen.value], name);
  };
  return (
    <dialog
      ref={dialog}
      class="cx-sheet cx-merge"
      aria-labelledby="cx-merge"
      onClose={done}
      // Its keys are no shortcuts of the page or of the list it was opened from.
      onKeyDown={event => event.stopPropagation()}
    >
      <header class="cx-head">
        <h2 id="cx-merge">{text.mergeTitle(app.fields.value.nameOf(field))}</h2>
        <button type="button" class="cx-small" aria-label={text.close} onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <p class="cx-hint">{text.mergeHint}</p>
      <input
        class="cx-input"
        type="search"
        aria-label={text.mergeFind}
        placeholder={text.mergeFind}
        value={part.value}
        onInput={event => (part.value = event.currentTarget.value)}
      />
      <Rows
        items={listed}
        label={text.mergeList}
        keyOf={entry => entry.category}
        row={entry => (
          <Choice entry={entry} chosen={chosen.value.has(entry.category)} toggle={toggle} />
        )}
      />
      <label class="cx-field">
        <span class="cx-label">{text.mergeName}</span>
        <input
          class="cx-input"
          type="text"
          maxLength={200}
          value={name}
          onInput={event => (given.value = event.currentTarget.value)}
          onKeyDown={event => {
            if (event.key === 'Enter' && labels.length > 1) {
              merge();
            }
          }}
        />
      </label>
      <div class="cx-merge-end">
        <button type="button" class="cx-tool" onClick={close}>
          {text.cancelMerge}
        </button>
        <button type="button" class="cx-confirm" disabled={labels.length < 2} onClick={merge}>
          {text.mergeAct(labels.length)}
        </button>
      </div>
    </dialog>
  );
}

interface ChoiceProps {
  readonly entry: CategoryEntry;
  readonly chosen: boolean;
  readonly toggle: (category: string) => void;
}

function Choice({ entry, chosen, toggle }: ChoiceProps): JSX.Element {
  return (
    <label class="cx-merge-choice">
      <input type="checkbox" checked={chosen} onChange={() => toggle(entry.category)} />
      <span class="cx-swatch" style={{ backgroundColor: entry.color }} />
      <span class="cx-name" title={entry.label}>
        {entry.label}
      </span>
      <span class="cx-count" aria-label={text.mergeCells(entry.total)}>
        {count(entry.total)}
      </span>
    </label>
  );
}
