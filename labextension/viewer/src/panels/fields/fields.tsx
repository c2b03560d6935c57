/** What the cells are coloured by: a column of obs from a list, or a gene by a part of its name. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import type { App } from '../../state/app';
import { setField } from '../../state/views';
import { text } from '../../text';
import { findNames } from './find';

const SHOWN = 100;

export function Fields({ app }: { app: App }): JSX.Element {
  return (
    <section class="cx-section cx-fields">
      <FieldSelect app={app} />
      {app.dataset.genes.length > 0 && <GeneSearch app={app} />}
    </section>
  );
}

function FieldSelect({ app }: { app: App }): JSX.Element {
  const field = app.activeView.value.field;
  const ofKind = (kind: 'categorical' | 'continuous'): JSX.Element[] =>
    app.dataset.obsFields
      .filter(info => info.kind === kind)
      .map(({ ref }) => (
        <option key={ref.key} value={`obs:${ref.key}`}>
          {ref.key}
        </option>
      ));
  const categorical = ofKind('categorical');
  const continuous = ofKind('continuous');
  return (
    <label class="cx-field">
      <span class="cx-label">{text.colourBy}</span>
      <select
        class="cx-input"
        aria-label={text.colourBy}
        value={field ? `${field.source}:${field.key}` : ''}
        onChange={event => {
          const value = event.currentTarget.value;
          const source = value.startsWith('var:') ? 'var' : 'obs';
          setField(app, value === '' ? null : { source, key: value.slice(4) });
        }}
      >
        <option value="">{text.noField}</option>
        {field?.source === 'var' && (
          <optgroup label={text.gene}>
            <option value={`var:${field.key}`}>{field.key}</option>
          </optgroup>
        )}
        {categorical.length > 0 && <optgroup label={text.categorical}>{categorical}</optgroup>}
        {continuous.length > 0 && <optgroup label={text.continuous}>{continuous}</optgroup>}
      </select>
    </label>
  );
}

function GeneSearch({ app }: { app: App }): JSX.Element {
  const part = useSignal('');
  const open = useSignal(false);
  const at = useSignal(0);
  const input = useRef<HTMLInputElement>(null);
  const asked = part.value.trim();
  const found = useMemo(() => findNames(app.dataset.genes, asked, SHOWN), [app.dataset, asked]);
  const listed = open.value && asked !== '';
  const chosen = Math.min(at.value, found.length - 1);

  const take = (gene: string | undefined): void => {
    if (gene !== undefined) {
      setField(app, { source: 'var', key: gene });
      part.value = '';
      open.value = false;
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') {
      take(found[chosen]);
    } else if (event.key === 'Escape') {
      part.value = '';
      open.value = false;
      input.current?.blur();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const step = event.key === 'ArrowDown' ? 1 : -1;
      at.value = Math.min(Math.max(chosen + step, 0), found.length - 1);
      document.getElementById(`cx-gene-${at.value}`)?.scrollIntoView({ block: 'nearest' });
    } else {
      return;
    }
    event.preventDefault();
  };

  return (
    <div class="cx-field cx-gene">
      <label class="cx-label" for="cx-gene">
        {text.gene}
      </label>
      <input
        id="cx-gene"
        ref={input}
        class="cx-input"
        type="text"
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={listed}
        aria-controls="cx-genes"
        aria-activedescendant={listed && found.length > 0 ? `cx-gene-${chosen}` : undefined}
        autocomplete="off"
        spellcheck={false}
        placeholder={text.geneFind}
        value={part.value}
        onInput={event => {
          part.value = event.currentTarget.value;
          at.value = 0;
          open.value = true;
        }}
        onFocus={() => (open.value = true)}
        onBlur={() => (open.value = false)}
        onKeyDown={onKeyDown}
      />
      {listed && (
        <ul id="cx-genes" class="cx-options" role="listbox" aria-label={text.gene}>
          {found.map((gene, index) => (
            <li
              key={gene}
              id={`cx-gene-${index}`}
              role="option"
              aria-selected={index === chosen}
              // Before the blur that a click would bring.
              onPointerDown={event => {
                event.preventDefault();
                take(gene);
              }}
            >
              {gene}
            </li>
          ))}
          {found.length === 0 && <li class="cx-hint">{text.noGene(asked)}</li>}
        </ul>
      )}
    </div>
  );
}
