/** What can be done with the field that the cells are coloured by. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { App } from '../../state/app';
import { copyField, deleteField, renameField } from '../../state/field-edits';
import { derivedName } from '../../state/field-names';
import type { FieldRef } from '../../state/types';
import { text } from '../../text';
import { Icon } from '../common/icons';
import { Menu, type MenuItem } from '../common/menu';
import { Merge } from './merge';
import type { Asked } from './naming';

interface FieldMenuProps {
  readonly app: App;
  /** Has a person asked for a name. */
  readonly ask: (asked: Asked) => void;
}

export function FieldMenu({ app, ask }: FieldMenuProps): JSX.Element | null {
  const merging = useSignal<FieldRef | null>(null);
  const fields = app.fields.value;
  const ref = app.activeView.value.field;
  if (ref === null || !fields.has(ref)) {
    return null;
  }
  const name = fields.nameOf(ref);
  const original = fields.originalOf(ref);
  const rename = (): void =>
    ask({ label: text.fieldName, name, done: given => renameField(app, ref, given) });
  const copy = (): void =>
    ask({
      label: text.copyName,
      name: derivedName(fields, name, text.copied),
      proposed: true,
      done: given => copyField(app, ref, given)
    });
  const isCategorical = fields.kindOf(ref) === 'categorical';
  const items: MenuItem[] = [
    { label: text.renameField, act: rename },
    ...(original === null
      ? []
      : [{ label: text.resetName(original), act: () => renameField(app, ref, original) }]),
    isCategorical
      ? { label: text.mergeCategories, act: () => (merging.value = ref) }
      : { label: text.copyField, act: copy },
    { label: text.deleteField, act: () => deleteField(app, ref) }
  ];
  return (
    <>
      <Menu label={text.fieldMenu(name)} items={items}>
        <Icon name="more" />
      </Menu>
      {merging.value !== null && (
        <Merge app={app} field={merging.value} chosen={[]} done={() => (merging.value = null)} />
      )}
    </>
  );
}
