/** Pages and groups. */
import { count } from './numbers';

const cells = (n: number): string => (n === 1 ? '1 cell' : `${count(n)} cells`);

/** What a group is called after the tool that made it. */
const MADE_BY = {
  lasso: 'Lasso',
  proximity: 'Proximity',
  knn: 'KNN',
  category: 'Category',
  range: 'Range',
  annotation: 'Annotation',
  combined: 'Combined',
  composition: 'Composition',
  distribution: 'Distribution',
  scatter: 'Scatter',
  'by-name': 'By name'
} as const;

/** A category may be called a whole text. */
const MOST_NAME = 200;

function isMadeBy(tool: string): tool is keyof typeof MADE_BY {
  return Object.hasOwn(MADE_BY, tool);
}

export const highlights = {
  highlights: 'Highlights',
  /** Other writers have types of their own. */
  automaticLabel: (type: string, n: number) =>
    `${isMadeBy(type) ? MADE_BY[type] : type.slice(0, MOST_NAME)} (${cells(n)})`,

  madeBy: isMadeBy,
  categoryLabel: (name: string, n: number) => `${name.slice(0, MOST_NAME)} (${cells(n)})`,

  /** What an automatic label ends with: it tells how many cells there are. */
  inLabel: (n: number) => `(${cells(n)})`,
  groupFromPython: (n: number) => `From Python (${cells(n)})`,

  pages: 'Pages',
  newPage: 'New page',
  newPageName: (number: number) => `Page ${number}`,
  pageName: 'Name of the page',
  pageMenu: (name: string) => `More for page ${name}`,
  pageColor: (name: string) => `Colour of page ${name}`,
  tab: (name: string, n: number) => `${name}, ${cells(n)}`,
  pageHolds: (groups: number, n: number) =>
    groups === 0 ? 'Empty' : `${count(groups)} ${groups === 1 ? 'group' : 'groups'}, ${cells(n)}`,
  tabArriving: (name: string) => `${name}, cells still arriving`,
  pageArrives: (groups: number) =>
    `${count(groups)} ${groups === 1 ? 'group' : 'groups'}, cells still arriving`,
  cellsArriving: 'The cells are still arriving.',
  groupArriving: (n: number) => `${cells(n)}, still arriving`,
  /** In the place of a number that is not known yet. */
  dots: '…',
  pageHint: (name: string) =>
    `${name}: double-click or F2 to rename, drag onto another page to combine`,
  renamePage: 'Rename…',
  combinePage: 'Combine with a page…',
  restOfPage: 'New page of all other cells',
  clearPage: 'Remove all groups',
  deletePage: 'Delete page',
  buildCategories: 'Build categories…',

  combine: (name: string) => `Combine “${name}” with`,
  union: 'In either',
  unionHint: 'A new page of the cells that are in one page or the other',
  intersection: 'In both',
  intersectionHint: 'A new page of the cells that are in both pages',
  putGroup: (label: string) => `Put “${label}” on`,
  move: 'Move',
  moveHint: 'The group leaves this page',
  copy: 'Copy',
  copyHint: 'The group stays here too',
  notNow: 'Cancel',

  groups: 'Groups',
  noGroups: 'No groups yet. Choose a tool, select cells, and Confirm.',
  groupEnabled: (label: string) => `Show ${label}`,
  groupName: 'Name of the group',
  groupMenu: (label: string) => `More for ${label}`,
  groupColor: (label: string) => `Colour of ${label}`,
  renameGroup: 'Rename…',
  editGroup: 'Edit cells',
  moveGroup: 'Move or copy to a page…',
  pageColored: 'Colour of its page',
  removeGroup: 'Remove',
  groupEdited: 'being edited',
  shared: (n: number) => `∩ ${count(n)}`,
  sharedHint: (n: number) => `${cells(n)} of it ${n === 1 ? 'is' : 'are'} in other groups too`,
  showThem: 'Show them',
  showThemHint: 'Turn off the filters that hide these cells',

  groupNeedsName: 'A group needs a name.',
  pageNeedsName: 'A page needs a name.',
  noSuchColor: (color: string) => `“${color}” is no colour: give one such as #d62728.`,
  lastPageStays: 'This is the only page, so it stays. Remove its groups instead.',
  groupsRemoved: (n: number) =>
    n === 1
      ? '1 group removed. Ctrl Z brings it back.'
      : `${count(n)} groups removed. Ctrl Z brings them back.`,
  pageDeleted: (name: string, n: number) =>
    `Page “${name}”${n === 0 ? '' : ` with its ${n === 1 ? 'group' : `${count(n)} groups`}`} deleted. Ctrl Z brings it back.`,
  nothingToConfirm: 'No cells are selected yet.',
  confirmedElsewhere: (label: string, page: string) =>
    `“${label}” is on page “${page}”, where the selection began.`,
  nothingCombined: (how: 'union' | 'intersection', one: string, other: string) =>
    how === 'union'
      ? `Neither “${one}” nor “${other}” shows any cells.`
      : `No cell is in both “${one}” and “${other}”.`,
  noRest: (name: string) => `“${name}” shows all cells, so there are no others.`,
  combinedName: (how: 'union' | 'intersection', one: string, other: string) =>
    `${one} ${how === 'union' ? '∪' : '∩'} ${other}`,
  restName: (name: string) => `Rest of ${name}`,

  didConfirm: 'confirm selection',
  didEditGroup: 'edit group',
  didRenameGroup: 'rename group',
  didShowGroup: 'show group',
  didHideGroup: 'hide group',
  didRecolorGroup: 'recolour group',
  didRemoveGroup: 'remove group',
  didMoveGroup: 'move group',
  didCopyGroup: 'copy group',
  didHighlightFromPython: 'highlight from Python',
  didAddPage: 'add page',
  didRenamePage: 'rename page',
  didRecolorPage: 'recolour page',
  didActivatePage: 'change page',
  didDeletePage: 'delete page',
  didClearPage: 'clear page',
  didCombine: 'make a page of others'
} as const;
