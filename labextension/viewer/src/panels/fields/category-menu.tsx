/** A category of the legend by its name, which can be edited, and what else can be done with it. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { App } from '../../state/app';
import { renameCategory, setCategoryColor } from '../../state/category-edits';
import type { CategoryEntry } from '../../state/legend';
import { deleteCategories } from '../../state/regrouping';
import type { FieldRef } from '../../state/types';
import { text } from '../../text';
import { Icon } from '../common/icons';
import { Menu, type MenuItem } from '../common/menu';
import { NameBox } from '../common/name-box';
import { Merge } from './merge';
import type { Naming } from './naming';

interface CategoryProps {
  readonly app: App;
  readonly field: FieldRef;
  readonly entry: CategoryEntry;
  readonly naming: Naming['naming'];
}

export function CategoryName({ app, field, entry, naming }: CategoryProps): JSX.Element {
  const { label } = entry;
  const asked = naming.value;
  if (asked === null) {
    return (
      <span
        class="cx-name"
        title={label === entry.category ? label : text.renamedFrom(label, entry.category)}
        onDblClick={() => (naming.value = askName(app, field, entry))}
      >
        {label}
      </span>
    );
  }
  return (
    <NameBox
      name={asked.name}
      label={asked.label}
      done={name => {
        naming.value = null;
        if (name !== null) {
          asked.done(name);
        }
      }}
    />
  );
}

export function CategoryMenu({ app, field, entry, naming }: CategoryProps): JSX.Element {
  const merging = useSignal(false);
  const { category, label } = entry;
  const isColored = app.fields.value.hasColor(field, category);
  const items: MenuItem[] = [
    { label: text.renameCategory, act: () => (naming.value = askName(app, field, entry)) },
    ...(label === category
      ? []
      : [{ label: text.resetCategory(category), act: () => renameCategory(app, field, category, category) }]),
    ...(isColored
      ? [{ label: text.resetColor, act: () => setCategoryColor(app, field, category, null) }]
      : []),
    { label: text.mergeCategory, act: () => (merging.value = true) },
    { label: text.deleteCategory, act: () => deleteCategories(app, field, [category]) }
  ];
  return (
    <>
      <Menu class="cx-small cx-row-menu" label={text.categoryMenu(label)} items={items}>
        <Icon name="more" />
      </Menu>
      {merging.value && (
        <Merge app={app} field={field} chosen={[category]} done={() => (merging.value = false)} />
      )}
    </>
  );
}

function askName(app: App, field: FieldRef, { category, label }: CategoryEntry): Naming['naming']['value'] {
  return {
    label: text.categoryName,
    name: label,
    done: name => renameCategory(app, field, category, name)
  };
}
