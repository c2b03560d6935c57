/** What a session tells of the data, and the switch that leaves the cells' names out of it. */
import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { revealed } from '../../session/reveals';
import type { App } from '../../state/app';
import { text } from '../../text';

interface RevealsProps {
  readonly app: App;
  /** Whether the cells' names go along. */
  readonly named: Signal<boolean>;
  /** Whether the data go along. */
  readonly withData?: boolean;
}

export function Reveals({ app, named, withData = false }: RevealsProps): JSX.Element {
  const told = revealed(app, named.value ? 'all' : 'none');
  const lines: readonly (readonly [number, string])[] = [
    [1, text.revealsDataset(app.dataset.id)],
    [told.names, text.revealsNames(told.names)],
    [told.typed, text.revealsTyped(told.typed)],
    [told.pages, text.revealsPages(told.pages, told.groups)],
    [told.made, text.revealsFields(told.made, told.categories)],
    [told.used, text.revealsUsed(told.used)],
    [told.renamed, text.revealsRenamed(told.renamed)],
    [told.recoloured, text.revealsCategories(told.recoloured)],
    [told.deleted, text.revealsDeleted(told.deleted)],
    [told.unknown, text.revealsUnknown(told.unknown)]
  ];
  return (
    <section class="cx-reveals" aria-label={text.reveals}>
      <h3>{text.reveals}</h3>
      <ul>
        {lines.map(([many, words]) => many > 0 && <li key={words}>{words}</li>)}
      </ul>
      <p>{withData ? text.shareData : text.revealsNothing}</p>
      <label>
        <input
          type="checkbox"
          checked={!named.value}
          onChange={event => (named.value = !event.currentTarget.checked)}
        />
        <span>
          {text.leaveNames}
          <span class="cx-hint">{text.leaveNamesCost}</span>
        </span>
      </label>
    </section>
  );
}
