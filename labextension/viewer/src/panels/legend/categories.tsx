/** The legend of categories: show, hide, find and order them. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { App } from '../../state/app';
import { hideCategories, showCategories } from '../../state/filters';
import type { CategoryEntry, CategoryLegend } from '../../state/legend';
import { MOST_COLORS } from '../../state/palette';
import { text } from '../../text';
import { Icon } from '../common/icons';
import { Menu } from '../common/menu';
import { Rows } from '../common/rows';
import { Category } from './category';
import { Missing } from './missing';
import { Outliers } from './outliers';

/** From so many categories on there is a box to find one. */
const MANY = 15;

type Order = keyof typeof text.categoryOrders;

const names = new Intl.Collator('en', { numeric: true });

const orders: Record<Order, ((a: CategoryEntry, b: CategoryEntry) => number) | null> = {
  data: null,
  name: (a, b) => names.compare(a.label, b.label),
  count: (a, b) => b.available - a.available
};

export function Categories({ app, legend }: { app: App; legend: CategoryLegend }): JSX.Element {
  const { ref, entries } = legend;
  const part = useSignal('');
  const order = useSignal<Order>('data');
  const asked = part.value.trim().toLowerCase();
  const listed = useMemo(() => {
    const found =
      asked === '' ? entries : entries.filter(one => one.label.toLowerCase().includes(asked));
    const compare = orders[order.value];
    return compare === null ? found : [...found].sort(compare);
  }, [entries, asked, order.value]);
  const some = asked !== '';
  // All are those without a category, too; those that were searched for are not.
  const missing = some || legend.missing.total === 0 ? [] : [legend.missing];
  const asOne = [...listed, ...missing];
  const asOneNames = (): (string | null)[] => [
    ...listed.map(entry => entry.category),
    ...missing.map(() => null)
  ];
  return (
    <>
      <header class="cx-head">
        <h2>{app.fields.value.nameOf(ref)}</h2>
        <button
          type="button"
          class="cx-link"
          disabled={asOne.every(entry => entry.shown)}
          onClick={() => showCategories(app, ref, asOneNames())}
        >
          {some ? text.showFound : text.showAll}
        </button>
        <button
          type="button"
          class="cx-link"
          disabled={asOne.every(entry => !entry.shown)}
          onClick={() => hideCategories(app, ref, asOneNames())}
        >
          {some ? text.hideFound : text.hideAll}
        </button>
        <Menu
          label={text.categoryOrder}
          items={(Object.keys(orders) as Order[]).map(key => ({
            label: text.categoryOrders[key],
            checked: order.value === key,
            act: () => (order.value = key)
          }))}
        >
          <Icon name="sort" />
        </Menu>
      </header>
      {entries.length > MANY && (
        <input
          class="cx-input"
          type="search"
          aria-label={text.findCategory}
          placeholder={text.findCategory}
          value={part.value}
          onInput={event => (part.value = event.currentTarget.value)}
        />
      )}
      <div class="cx-categories" onKeyDown={moveFocus}>
        <Rows
          items={listed}
          label={text.legend}
          keyOf={entry => entry.category}
          row={entry => <Category app={app} field={ref} entry={entry} />}
        />
      </div>
      {listed.length === 0 && <p class="cx-hint">{text.noCategory(part.value)}</p>}
      {!some && <Missing app={app} legend={legend} />}
      {entries.length > MOST_COLORS && <p class="cx-hint">{text.coloursRepeat(MOST_COLORS)}</p>}
      <Outliers app={app} field={ref} />
    </>
  );
}

/** Arrows go up and down among the rows, and from one control of a row to the next. */
function moveFocus(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const from = event.target as HTMLElement;
  const row = from.closest('li');
  // What is open over a row has arrows of its own, and so has a box to type in.
  if (row === null || event.defaultPrevented || from.closest('dialog, [role=menu], [type=text]')) {
    return;
  }
  const controls = (of: Element | null): HTMLElement[] => [
    ...(of?.querySelectorAll<HTMLElement>('input, button') ?? [])
  ];
  const at = controls(row).indexOf(from);
  const next = {
    ArrowUp: controls(row.previousElementSibling)[at],
    ArrowDown: controls(row.nextElementSibling)[at],
    ArrowLeft: controls(row)[at - 1],
    ArrowRight: controls(row)[at + 1]
  }[event.key];
  if (next !== undefined) {
    event.preventDefault();
    next.focus();
  }
}
