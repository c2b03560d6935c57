import { beforeEach, describe, expect, it } from 'vitest';

import type { App } from '../../src/state/app';
import { addGroup, setGroupEnabled } from '../../src/state/groups';
import {
  activatePage,
  addPage,
  clearPage,
  combinePages,
  deletePage,
  renamePage,
  restOfPage,
  setPageColor
} from '../../src/state/pages';
import { redo, undo } from '../../src/state/undo';
import { openFixture } from '../fixture';

let app: App;

beforeEach(async () => {
  app = await openFixture(6);
});

function names(): string[] {
  return app.highlights.value.pages.map(({ name }) => name);
}

function active(): string {
  return app.activePage.value.id;
}

function said(): string | undefined {
  return app.messages.value.at(-1)?.text;
}

describe('pages', () => {
  it('are added, each in a colour of its own, and gone to', () => {
    addPage(app);
    addPage(app);
    expect(names()).toEqual(['Page 1', 'Page 2', 'Page 3']);
    expect(active()).toBe('page_3');
    expect(new Set(app.highlights.value.pages.map(({ color }) => color)).size).toBe(3);
    undo(app);
    expect([active(), names().length]).toEqual(['page_2', 2]);
    addPage(app);
    expect(active()).toBe('page_4');
  });

  it('are renamed, and may be called the same', () => {
    addPage(app);
    renamePage(app, 'page_1', ' Mine ');
    renamePage(app, 'page_2', 'Mine');
    renamePage(app, 'page_2', '  ');
    expect(names()).toEqual(['Mine', 'Mine']);
    expect(said()).toBe('A page needs a name.');
  });

  it('are recoloured in one step', () => {
    const { color } = app.activePage.value;
    setPageColor(app, 'page_1', '#000001');
    setPageColor(app, 'page_1', '#000002');
    setPageColor(app, 'page_1', 'blue');
    expect(app.activePage.value.color).toBe('#000002');
    undo(app);
    expect(app.activePage.value.color).toBe(color);
  });

  it('are gone to, from one to the next in one step', () => {
    addPage(app);
    addPage(app);
    activatePage(app, 'page_1');
    activatePage(app, 'page_2');
    activatePage(app, 'page_9');
    expect(active()).toBe('page_2');
    undo(app);
    expect(active()).toBe('page_3');
    redo(app);
    expect(active()).toBe('page_2');
  });

  it('are deleted, but for the last, and come back with their groups', () => {
    deletePage(app, 'page_1');
    expect(said()).toContain('only page');
    addPage(app);
    addPage(app);
    activatePage(app, 'page_2');
    addGroup(app, 'lasso', 'A', Uint32Array.of(1));
    deletePage(app, 'page_2');
    expect([names(), active()]).toEqual([['Page 1', 'Page 3'], 'page_3']);
    deletePage(app, 'page_1');
    expect([names(), active()]).toEqual([['Page 3'], 'page_3']);
    undo(app);
    undo(app);
    expect([names(), active()]).toEqual([['Page 1', 'Page 2', 'Page 3'], 'page_2']);
    expect([...app.highlighted.value]).toEqual([1]);
  });

  it('are cleared, and come back', () => {
    addGroup(app, 'lasso', 'A', Uint32Array.of(1));
    clearPage(app);
    clearPage(app);
    expect(app.activePage.value.groups).toEqual([]);
    undo(app);
    expect(app.activePage.value.groups).toHaveLength(1);
  });
});

describe('pages of other pages’ cells', () => {
  beforeEach(() => {
    addGroup(app, 'lasso', 'A', Uint32Array.of(0, 1));
    addGroup(app, 'lasso', 'B', Uint32Array.of(2));
    addGroup(app, 'lasso', 'off', Uint32Array.of(5));
    setGroupEnabled(app, 'highlight_3', false);
    addPage(app);
    addGroup(app, 'lasso', 'C', Uint32Array.of(1, 2, 3));
  });

  it.each([
    ['union', 'Page 1 ∪ Page 2', [0, 1, 2, 3]],
    ['intersection', 'Page 1 ∩ Page 2', [1, 2]]
  ] as const)('are their %s, of the groups that are shown', (how, name, cells) => {
    combinePages(app, 'page_1', 'page_2', how);
    const page = app.activePage.value;
    expect([page.id, page.name]).toEqual(['page_3', name]);
    expect(page.groups).toMatchObject([
      {
        type: 'combined',
        label: `Combined (${cells.length} cells)`,
        cells: Uint32Array.from(cells),
        recipe: [{ tool: 'pages', detail: { operation: how } }]
      }
    ]);
    undo(app);
    expect([active(), names().length]).toEqual(['page_2', 2]);
  });

  it('are all others', () => {
    restOfPage(app, 'page_1');
    expect(app.activePage.value.name).toBe('Rest of Page 1');
    expect([...app.highlighted.value]).toEqual([3, 4, 5]);
  });

  it('are not made of no cells', () => {
    addPage(app);
    combinePages(app, 'page_1', 'page_3', 'intersection');
    expect(said()).toBe('No cell is in both “Page 1” and “Page 3”.');
    combinePages(app, 'page_1', 'page_1', 'union');
    addGroup(app, 'lasso', 'all', Uint32Array.of(0, 1, 2, 3, 4, 5));
    restOfPage(app, 'page_3');
    expect(said()).toContain('shows all cells');
    expect(names()).toHaveLength(3);
  });
});

it('says what went, and how it comes back', () => {
  const texts = (): string[] => app.messages.value.map(({ text }) => text);
  clearPage(app);
  expect(texts()).toEqual([]);
  addGroup(app, 'lasso', 'one', Uint32Array.of(1));
  addGroup(app, 'lasso', 'two', Uint32Array.of(2));
  clearPage(app);
  expect(texts()).toEqual(['2 groups removed. Ctrl Z brings them back.']);
  undo(app);
  addPage(app);
  deletePage(app, 'page_1');
  expect(texts()).toEqual(['Page “Page 1” with its 2 groups deleted. Ctrl Z brings it back.']);
  deletePage(app, 'page_1');
  undo(app);
  expect(app.highlights.value.pages.map(page => page.groups.length)).toEqual([2, 0]);
});
