/** Commands on the candidate set, and on the groups and pages it becomes. */
import { batch } from '@preact/signals';

import { difference, intersection, masked, union } from '../cells/cellset';
import { type App, NO_CANDIDATE } from './app';
import { say } from './messages';
import type { Candidate, Group, GroupType, Highlights, RecipeStep } from './types';

const STEPS = 50;
const LABEL_LENGTH = 200;

/**
 * One step of a selection: cells taken by a tool, joined to the candidate set as the step says.
 * Only visible cells are taken; those already in the set stay in it.
 */
export function stepCandidate(app: App, cells: Uint32Array, step: RecipeStep): void {
  const candidate = app.candidate.peek();
  const taken = masked(cells, app.data(step.view).visible.peek());
  const hidden = cells.length - taken.length;
  if (hidden > 0) {
    say(app, 'info', `${hidden.toLocaleString('en')} hidden cells were left out.`);
  }
  app.preview.value = null;
  const before = candidate.cells;
  if (before === null && step.operation === 'remove') {
    return;
  }
  setCandidate(app, {
    cells: joined(before, taken, step.operation),
    steps: before === null || step.operation === 'replace' ? [step] : [...candidate.steps, step],
    pageId: candidate.pageId ?? app.highlights.peek().activePageId
  });
}

function joined(
  before: Uint32Array | null,
  taken: Uint32Array,
  operation: RecipeStep['operation']
): Uint32Array {
  if (before === null || operation === 'replace') {
    return taken;
  }
  const join = { intersect: intersection, add: union, remove: difference }[operation];
  return join(before, taken);
}

export function undoCandidate(app: App): void {
  move(app, app.candidatePast.peek(), app.candidateFuture.peek(), (past, future) => {
    app.candidatePast.value = past;
    app.candidateFuture.value = future;
  });
}

export function redoCandidate(app: App): void {
  move(app, app.candidateFuture.peek(), app.candidatePast.peek(), (future, past) => {
    app.candidatePast.value = past;
    app.candidateFuture.value = future;
  });
}

export function cancelCandidate(app: App): void {
  if (app.candidate.peek().cells !== null) {
    forgetCandidate(app);
  }
}

/** Make the candidate set a group on the page where the selection began. */
export function confirmCandidate(app: App): Group | null {
  const { cells, steps, pageId } = app.candidate.peek();
  const type = typeOf(steps);
  if (cells === null || cells.length === 0) {
    say(app, 'info', 'No cells are selected yet.');
    return null;
  }
  const count = `${cells.length.toLocaleString('en')} ${cells.length === 1 ? 'cell' : 'cells'}`;
  const group = app.changes.change('confirm selection', () => {
    const highlights = app.highlights.peek();
    const made: Group = {
      id: `highlight_${highlights.nextGroup}`,
      type,
      label: `${title(type)} (${count})`,
      enabled: true,
      color: null,
      cells,
      recipe: steps,
      extra: {}
    };
    const known = highlights.pages.some(page => page.id === pageId);
    const home = known ? pageId : highlights.activePageId;
    app.slots.highlights.set({
      ...highlights,
      nextGroup: highlights.nextGroup + 1,
      pages: highlights.pages.map(page =>
        page.id === home ? { ...page, groups: [...page.groups, made] } : page
      )
    });
    forgetCandidate(app);
    return made;
  });
  const source = steps.at(-1)?.tool ?? type;
  app.tell({ type: 'selection', groupId: group.id, label: group.label, source, cells });
  return group;
}

export function renameGroup(app: App, id: string, label: string): void {
  const trimmed = label.trim().slice(0, LABEL_LENGTH);
  if (trimmed === '') {
    say(app, 'warning', 'A group needs a name.');
    return;
  }
  editGroups(app, 'rename group', group => (group.id === id ? { ...group, label: trimmed } : group));
}

export function setGroupEnabled(app: App, id: string, enabled: boolean): void {
  editGroups(app, enabled ? 'show group' : 'hide group', group =>
    group.id === id ? { ...group, enabled } : group
  );
}

export function removeGroup(app: App, id: string): void {
  editGroups(app, 'remove group', group => (group.id === id ? null : group));
}

export function renamePage(app: App, id: string, name: string): void {
  const trimmed = name.trim().slice(0, LABEL_LENGTH);
  if (trimmed === '') {
    say(app, 'warning', 'A page needs a name.');
    return;
  }
  editPages(app, 'rename page', highlights =>
    highlights.pages.map(page => (page.id === id ? { ...page, name: trimmed } : page))
  );
}

/** Remove all groups of the active page. */
export function clearPage(app: App): void {
  const { activePageId } = app.highlights.peek();
  editPages(app, 'clear page', ({ pages }) =>
    pages.map(page =>
      page.id === activePageId && page.groups.length > 0 ? { ...page, groups: [] } : page
    )
  );
}

/** Put a set of cells on the active page as a group of its own, as Python does. */
export function addGroup(
  app: App,
  type: GroupType,
  label: string,
  cells: Uint32Array,
  color: string | null = null
): void {
  app.changes.change(
    'highlight from Python',
    () => {
      const highlights = app.highlights.peek();
      const id = `highlight_${highlights.nextGroup}`;
      const made: Group = { id, type, label, enabled: true, color, cells, recipe: [], extra: {} };
      app.slots.highlights.set({
        ...highlights,
        nextGroup: highlights.nextGroup + 1,
        pages: highlights.pages.map(page =>
          page.id === highlights.activePageId ? { ...page, groups: [...page.groups, made] } : page
        )
      });
    },
    { origin: 'python' }
  );
}

/** The tool that made it, or `combined` where there were several. */
function typeOf(steps: readonly RecipeStep[]): GroupType {
  const tools = new Set(steps.map(step => step.tool));
  const [only] = tools;
  return tools.size === 1 && isGroupType(only) ? only : 'combined';
}

function isGroupType(tool: string | undefined): tool is GroupType {
  return tool !== undefined && ['lasso', 'proximity', 'knn', 'annotation'].includes(tool);
}

function title(type: GroupType): string {
  return type === 'knn' ? 'KNN' : `${type.charAt(0).toUpperCase()}${type.slice(1)}`;
}

function setCandidate(app: App, next: Candidate): void {
  batch(() => {
    app.candidatePast.value = [...app.candidatePast.peek(), app.candidate.peek()].slice(-STEPS);
    app.candidateFuture.value = [];
    put(app, next);
  });
}

function forgetCandidate(app: App): void {
  batch(() => {
    app.candidatePast.value = [];
    app.candidateFuture.value = [];
    put(app, NO_CANDIDATE);
  });
}

function move(
  app: App,
  from: readonly Candidate[],
  to: readonly Candidate[],
  store: (from: readonly Candidate[], to: readonly Candidate[]) => void
): void {
  const next = from.at(-1);
  if (next !== undefined) {
    batch(() => {
      store(from.slice(0, -1), [...to, app.candidate.peek()]);
      put(app, next);
    });
  }
}

function put(app: App, candidate: Candidate): void {
  app.changes.change('selection', () => app.slots.candidate.set(candidate), { record: false });
}

function editGroups(app: App, label: string, edit: (group: Group) => Group | null): void {
  editPages(app, label, highlights =>
    highlights.pages.map(page => {
      const groups = page.groups.map(edit).filter(group => group !== null);
      const same =
        groups.length === page.groups.length && groups.every((g, i) => g === page.groups[i]);
      return same ? page : { ...page, groups };
    })
  );
}

function editPages(
  app: App,
  label: string,
  edit: (highlights: Highlights) => Highlights['pages']
): void {
  app.changes.change(label, () => {
    const highlights = app.highlights.peek();
    const pages = edit(highlights);
    if (pages.some((page, i) => page !== highlights.pages[i])) {
      app.slots.highlights.set({ ...highlights, pages });
    }
  });
}
