/** Takes a field, or a gene, by its name: the browser lists those that have what is typed. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useId, useMemo } from 'preact/hooks';
import { fieldId } from '../../data/field';
import type { App } from '../../state/app';
import type { Fields } from '../../state/fields';
import type { FieldRef } from '../../state/types';
import { text } from '../../text';
import { findNames } from '../fields/find';

const LISTED = 60;

function sameField(a: FieldRef | undefined, b: FieldRef): boolean {
  return a !== undefined && fieldId(a) === fieldId(b);
}

interface FieldPickProps {
  readonly app: App;
  readonly label: string;
  readonly kind: 'categorical' | 'continuous';
  readonly value: FieldRef | null;
  readonly choose: (ref: FieldRef | null) => void;
}

export function FieldPick({ app, label, kind, value, choose }: FieldPickProps): JSX.Element {
  const id = useId();
  const fields = app.fields.value;
  const typed = useSignal<string | null>(null);
  const refs = useMemo(() => byName(fields, kind), [fields, kind]);
  const names = useMemo(() => [...refs.keys()], [refs]);
  const part = typed.value ?? '';
  const found = part === '' ? names.slice(0, LISTED) : findNames(names, part, LISTED);
  const known = value !== null && fields.has(value);
  const shown = known ? (names.find(name => sameField(refs.get(name), value)) ?? '') : '';
  const take = (name: string): void => {
    typed.value = null;
    const [first] = findNames(names, name, 1);
    const ref = refs.get(name) ?? (first === undefined ? undefined : refs.get(first));
    if (name === '' || ref !== undefined) {
      choose(name === '' ? null : (ref ?? null));
    }
  };
  return (
    <label class="cx-pick">
      <span>{label}</span>
      <input
        class="cx-input"
        list={id}
        placeholder={text.fieldFind}
        autocomplete="off"
        spellcheck={false}
        value={typed.value ?? shown}
        onInput={event => (typed.value = event.currentTarget.value)}
        onChange={event => take(event.currentTarget.value.trim())}
      />
      <datalist id={id}>
        {found.map(name => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </label>
  );
}

/** A gene that is called like a column says that it is a gene. */
function byName(fields: Fields, kind: FieldPickProps['kind']): ReadonlyMap<string, FieldRef> {
  const columns = new Map(
    fields.list.filter(field => field.kind === kind).map(({ name, ref }) => [name, ref])
  );
  const genes = kind === 'continuous' ? fields.genes : [];
  return new Map([
    ...columns,
    ...genes.map((key): [string, FieldRef] => {
      const ref: FieldRef = { source: 'var', key };
      const name = fields.nameOf(ref);
      return [columns.has(name) ? text.geneNamed(name) : name, ref];
    })
  ]);
}
