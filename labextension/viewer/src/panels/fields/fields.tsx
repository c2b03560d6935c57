/** What the cells are coloured by: a field from a list, or a gene by a part of its name. */
import type { JSX } from 'preact';
import { useCallback } from 'preact/hooks';
import { fieldId } from '../../data/field';
import type { App } from '../../state/app';
import type { Field } from '../../state/fields';
import { setField } from '../../state/views';
import { count, text } from '../../text';
import { NameBox } from '../common/name-box';
import { Combo, type Line } from './combo';
import { DeletedFields } from './deleted';
import { FieldMenu } from './field-menu';
import { findPlaces } from './find';
import { useNaming } from './naming';

const GENES = 100;
const KINDS = ['categorical', 'continuous'] as const;

export function Fields({ app }: { app: App }): JSX.Element {
  const { box, naming } = useNaming();
  const asked = naming.value;
  return (
    <section class="cx-section cx-fields" aria-label={text.colourBy}>
      <div class="cx-field">
        <label class="cx-label" for="cx-field">
          {text.colourBy}
        </label>
        <div ref={box} class="cx-field-line">
          {asked === null ? (
            <FieldBox app={app} />
          ) : (
            <NameBox
              name={asked.name}
              label={asked.label}
              proposed={asked.proposed ?? false}
              done={name => {
                naming.value = null;
                if (name !== null) {
                  asked.done(name);
                }
              }}
            />
          )}
          <FieldMenu app={app} ask={name => (naming.value = name)} />
        </div>
      </div>
      {app.dataset.nGenes > 0 && <GeneBox app={app} />}
      <DeletedFields app={app} />
    </section>
  );
}

function FieldBox({ app }: { app: App }): JSX.Element {
  const fields = app.fields.value;
  const { field } = app.activeView.value;
  const find = useCallback(
    (part: string): readonly Line<Field | null>[] => {
      const found = findFields(fields.list, part);
      const none: Line<Field | null>[] = part === '' ? [{ key: '', item: null }] : [];
      // What fits best stands first, and so does what is of its kind.
      const first = part === '' ? 'categorical' : found[0]?.kind;
      const kinds = [...KINDS].sort((a, b) => Number(b === first) - Number(a === first));
      return [
        ...none,
        ...kinds.flatMap(kind => under(text[kind], found.filter(one => one.kind === kind)))
      ];
    },
    [fields]
  );
  return (
    <Combo
      id="cx-field"
      label={text.colourBy}
      placeholder={text.findField}
      value={field === null ? text.noField : fields.nameOf(field)}
      chosen={field === null ? '' : fieldId(field)}
      listsAll
      find={find}
      row={item => (item === null ? text.noField : <FieldRow field={item} />)}
      take={item => setField(app, item?.ref ?? null)}
      none={text.noFieldOf}
    />
  );
}

/** Fields whose names have a part of a name, now or in the data. */
function findFields(fields: readonly Field[], part: string): readonly Field[] {
  if (part === '') {
    return fields;
  }
  const places = (names: string[]): number[] => findPlaces(names, part, fields.length);
  const now = places(fields.map(({ name }) => name));
  const before = places(fields.map(({ original }) => original ?? ''));
  return [...new Set([...now, ...before])].map(place => fields[place]!);
}

function under(heading: string, fields: readonly Field[]): Line<Field>[] {
  const lines = fields.map((item): Line<Field> => {
    const title = item.original === null ? item.name : text.original(item.original);
    return { key: fieldId(item.ref), item, title };
  });
  return lines.length > 0 ? [{ heading }, ...lines] : [];
}

function FieldRow({ field }: { field: Field }): JSX.Element {
  const { name, original, ref, categories } = field;
  return (
    <>
      <span class="cx-name">
        {name}
        {original !== null && <span aria-label={text.original(original)}>*</span>}
      </span>
      {ref.source === 'user' && (
        <span class="cx-tag" title={text.madeHint}>
          {text.made}
        </span>
      )}
      {categories !== undefined && <span class="cx-count">{count(categories)}</span>}
    </>
  );
}

function GeneBox({ app }: { app: App }): JSX.Element {
  const fields = app.fields.value;
  const { field } = app.activeView.value;
  const find = useCallback(
    (part: string): readonly Line<string>[] =>
      findPlaces(fields.geneNames, part, GENES).map(place => {
        const key = fields.genes[place]!;
        const name = fields.geneNames[place]!;
        return { key, item: key, title: name === key ? key : text.original(key) };
      }),
    [fields]
  );
  return (
    <div class="cx-field">
      <label class="cx-label" for="cx-gene">
        {text.gene}
      </label>
      <Combo
        id="cx-gene"
        label={text.gene}
        placeholder={text.geneFind}
        value=""
        {...(field?.source === 'var' ? { chosen: field.key } : {})}
        find={find}
        row={key => <span class="cx-name">{fields.nameOf({ source: 'var', key })}</span>}
        take={key => setField(app, { source: 'var', key })}
        none={text.noGene}
      />
    </div>
  );
}
