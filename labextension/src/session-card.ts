import type { TranslationBundle } from '@jupyterlab/translation';

import type { Dataset, Field, Page, SessionFile, Viewer } from './session-file';

/** What a session can be opened with. */
export type Data = Dataset | Viewer;

const number = new Intl.NumberFormat();
const date = new Intl.DateTimeFormat(undefined, { dateStyle: 'long', timeStyle: 'short' });

/**
 * Make what is shown of a session file: what is in it, and what it can be opened with.
 *
 * @param name - Of the file.
 * @param open - Called with what the person chose.
 * @param again - Called when the person asks to look once more.
 */
export function makeSessionCard(
  name: string,
  session: SessionFile,
  trans: TranslationBundle,
  open: (data: Data) => void,
  again: () => void
): HTMLElement {
  const card = make('section', 'cellucid-Session');
  card.setAttribute('aria-label', name);
  card.append(
    make('h2', '', name),
    factsOf(session, trans),
    ...session.unread.map(what => warning(trans.__('Not read: %1', what))),
    make('h3', '', trans.__('Open it with')),
    ...openers(session, trans, open),
    button(trans.__('Look again'), '', again),
    ...contentsOf(session, trans),
    partsOf(session, trans)
  );
  return card;
}

// In plurals %1 is the number as it is, and %2 as it is written.

function factsOf(session: SessionFile, trans: TranslationBundle): HTMLElement {
  const { dataset, writer, hasNames } = session;
  const unknown = trans.__('the file does not say');
  const count = (value: number | null): string => (value === null ? unknown : number.format(value));
  const facts: [string, string][] = [
    [trans.__('Dataset'), dataset.id ?? unknown],
    [trans.__('Cells'), count(dataset.nCells)],
    [trans.__('Genes'), count(dataset.nVars)],
    [trans.__('Saved'), session.createdAt === null ? unknown : time(session.createdAt)],
    [trans.__('By'), writer === null ? unknown : `${writer.name ?? ''} ${writer.version ?? ''}`.trim()],
    [trans.__('Size'), bytes(session.bytes)],
    [
      trans.__('Names of the cells'),
      hasNames ? trans.__('in the file') : trans.__('not in the file')
    ]
  ];
  const list = make('dl', 'cellucid-Session-facts');
  list.append(...facts.flatMap(([term, value]) => [make('dt', '', term), make('dd', '', value)]));
  return list;
}

function openers(
  { dataset, viewers, datasets }: SessionFile,
  trans: TranslationBundle,
  open: (data: Data) => void
): HTMLElement[] {
  const rows = [...viewers, ...datasets].map(data => {
    const row = make('li');
    const [name, where] = wordsOf(data, trans);
    const words = make('span', 'cellucid-Session-where');
    words.append(make('strong', '', name), make('span', '', where));
    const press = button(trans.__('Open with this dataset'), 'jp-mod-accept', () => {
      open(data);
    });
    press.setAttribute('aria-label', `${trans.__('Open with this dataset')}: ${name}, ${where}`);
    row.append(words, press);
    return row;
  });
  if (rows.length > 0) {
    const list = make('ul', 'cellucid-Session-openers');
    list.append(...rows);
    return [list];
  }
  return [
    make(
      'p',
      '',
      dataset.id === null
        ? trans.__('The file does not say which dataset it belongs to.')
        : trans.__('Its dataset was not found near this file, nor in a viewer of a running notebook.')
    ),
    make(
      'p',
      '',
      trans.__(
        'Show the data in a notebook and look again here, or choose “Load session…” in the Session menu of the viewer. A dataset folder that lies beside this file is found too.'
      )
    )
  ];
}

function wordsOf(data: Data, trans: TranslationBundle): [name: string, where: string] {
  if ('viewerId' in data) {
    return [data.title, trans.__('in a notebook that runs')];
  }
  const where = data.path === '' ? trans.__('the server’s root folder') : data.path;
  return [
    data.name,
    data.certain ? where : trans.__('%1, which has its name: the viewer tells where they differ', where)
  ];
}

/** What could not be read is not said to be none. */
function contentsOf(session: SessionFile, trans: TranslationBundle): HTMLElement[] {
  const parts: [string, HTMLElement[], number][] = [
    [
      trans.__('Pages and groups'),
      session.pages.map(page => pageOf(page, trans)),
      session.nPages
    ],
    [trans.__('Fields'), session.fields.map(field => fieldOf(field, trans)), session.nFields]
  ];
  return parts
    .filter(([, , all]) => all > 0 || session.unread.length === 0)
    .flatMap(([title, items, all]) => [make('h3', '', title), ...listed(items, all, trans)]);
}

function pageOf(page: Page, trans: TranslationBundle): HTMLElement {
  const item = make('li');
  const groups = page.groups.map(group => {
    const cells = trans._n('%2 cell', '%2 cells', group.nCells, number.format(group.nCells));
    const row = make('li');
    row.append(make('span', '', group.label), make('span', 'cellucid-Session-muted', cells));
    return row;
  });
  item.append(make('span', '', page.name), ...listed(groups, page.nGroups, trans));
  return item;
}

function fieldOf({ key, kind, nCategories, deleted }: Field, trans: TranslationBundle): HTMLElement {
  const item = make('li');
  const what =
    kind === 'continuous'
      ? trans.__('a copy')
      : trans._n('%2 category', '%2 categories', nCategories, number.format(nCategories));
  const words = deleted ? trans.__('%1, deleted', what) : what;
  item.append(make('span', '', key), make('span', 'cellucid-Session-muted', words));
  return item;
}

function partsOf({ chunks, nChunks }: SessionFile, trans: TranslationBundle): HTMLElement {
  const parts = make('details');
  const rows = chunks.map(({ id, storedBytes }) => {
    const row = make('li');
    row.append(make('code', '', id), make('span', 'cellucid-Session-muted', bytes(storedBytes)));
    return row;
  });
  const title = trans._n('%2 part of the file', '%2 parts of the file', nChunks, number.format(nChunks));
  parts.append(make('summary', '', title), ...listed(rows, nChunks, trans));
  return parts;
}

/** A list, and of how many more it is the beginning. */
function listed(items: HTMLElement[], all: number, trans: TranslationBundle): HTMLElement[] {
  if (all === 0) {
    return [make('p', 'cellucid-Session-muted', trans.__('none'))];
  }
  const list = make('ul');
  list.append(...items);
  const more = all - items.length;
  return more > 0
    ? [list, make('p', 'cellucid-Session-muted', trans.__('and %1 more', number.format(more)))]
    : [list];
}

function warning(words: string): HTMLElement {
  return make('p', 'cellucid-Session-warning', words);
}

function button(words: string, kind: string, press: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.className = `jp-mod-styled ${kind || 'jp-mod-reject'}`;
  made.textContent = words;
  made.addEventListener('click', press);
  return made;
}

function make(tag: string, className = '', words = ''): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = words;
  return element;
}

function time(said: string): string {
  const at = new Date(said);
  return Number.isNaN(at.getTime()) ? said : date.format(at);
}

function bytes(size: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
  const power = Math.min(Math.floor(Math.log10(Math.max(size, 1)) / 3), units.length - 1);
  const unit = units[power] ?? 'byte';
  const unitDisplay = unit === 'byte' ? 'long' : 'short';
  const options = { style: 'unit', unit, unitDisplay, maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(undefined, options).format(size / 1000 ** power);
}
