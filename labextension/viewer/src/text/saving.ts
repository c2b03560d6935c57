/** Saving a session to a file, what that tells about the data, and loading one. */
import { count } from './numbers';

const DOWNLOAD = 'Or download the session instead.';

function several(many: number, one: string): string {
  return `${count(many)} ${many === 1 ? one : `${one}s`}`;
}

export const saving = {
  session: 'Session',
  saveSession: 'Save session…',
  loadSession: 'Load session…',

  saveTitle: 'Save session',
  saveName: 'Name',
  saveTo: 'To',
  saveDownload: 'Download',
  saveBeside: (folder: string) => `On the server, beside the notebook: ${folder}`,
  saveOnServer: 'On the server, in its root folder',
  rootFolder: 'the root folder',
  save: 'Save',
  cancelSaving: 'Cancel',
  building: 'Putting the session together…',
  sending: (share: number) => `Sending: ${Math.round(share * 100)} %`,
  savesArriving: 'A session is still being restored: what has not come yet is copied from its file.',
  downloaded: (name: string) => `“${name}” was handed to the browser as a download.`,
  stored: (path: string) => `The session is on the server: “${path}”.`,
  notSaved: (why: string) => `The session was not saved. ${why}`,

  nameNeeded: 'A file has a name: type one.',
  nameTooLong: (most: number) => `A file’s name has at most ${most} characters.`,
  nameNotTaken: (part: string) => `A file’s name can’t hold “${part}”: leave it out.`,
  nameHidden: 'A name that begins with a dot hides the file: begin with a letter.',

  fileExists: (path: string) => `“${path}” is there already.`,
  replaceIt: 'Replace it',
  keepBoth: 'Keep both',

  noContents: `This Jupyter server tells of no folder to keep files in. ${DOWNLOAD}`,
  noFolder: (folder: string) =>
    `The server has no folder “${folder}”: was it moved? Show the viewer again. ${DOWNLOAD}`,
  mayNotWrite: (folder: string) =>
    `The server does not let you write in ${folder === '' ? 'its root folder' : `“${folder}”`} (403): ask for the right to, or log in again if that was long ago. ${DOWNLOAD}`,
  partRefused: `A proxy before the Jupyter server refused a part of one megabyte (413): its limit must be raised. ${DOWNLOAD}`,
  serverFull: `The server’s disk is full (507): remove files there. ${DOWNLOAD}`,
  notWhole: `The server did not put the file together from its parts, and what it made was removed. Try again. ${DOWNLOAD}`,
  notRead: 'The browser could not read the file it made: try again.',
  partLeft: (why: string, path: string) =>
    `${why} What had come of it could not be removed: “${path}”.`,
  oldKept: (path: string) =>
    `The connection broke while the new file took the place of the old one, which is whole: under its name, or as “${path}”.`,
  oldLeft: (path: string) =>
    `The session is there, but the file it replaced could not be removed and is called “${path}” now.`,

  reveals: 'What the file tells',
  revealsDataset: (id: string) => `The dataset’s id “${id}”, and how many cells and genes it has`,
  revealsNames: (cells: number) => `The names of all ${several(cells, 'cell')}`,
  revealsTyped: (names: number) => `${several(names, 'cell name')} that you selected by`,
  revealsUsed: (fields: number) =>
    `The ${fields === 1 ? 'name of the field or gene' : `names of the ${count(fields)} fields and genes`} that views, filters and windows use, and hidden categories`,
  revealsPages: (pages: number, groups: number) =>
    `${several(pages, 'page')} and ${several(groups, 'group')}: their names, cells, and how they were made`,
  revealsFields: (fields: number, categories: number) =>
    `${several(fields, 'field')} that you made, with ${categories === 1 ? '1 category' : `${count(categories)} categories`}: names and cells`,
  revealsRenamed: (names: number) => `${several(names, 'new name')}, each with the old one`,
  revealsCategories: (fields: number) =>
    `All categories of ${several(fields, 'field')} in which you chose colours`,
  revealsDeleted: (fields: number) => `The names of ${several(fields, 'deleted field')}`,
  revealsUnknown: (parts: number) =>
    `${several(parts, 'part')} of a session you loaded that this version does not know`,
  revealsNothing: 'Never the data themselves: no values, no positions.',
  leaveNames: 'Leave out the cells’ names',
  leaveNamesCost: 'Then its cells can’t be found again once rows were added, removed or moved.',

  dropHere: 'Drop the session to load it',
  oneSession: (files: number) =>
    files === 0
      ? 'What was dropped is no file. Drop one .cellucid-session file.'
      : `${count(files)} files can’t be loaded at once: choose one .cellucid-session file.`,
  sessionNotLoaded: (name: string, why: string) =>
    `“${name}” could not be loaded; what was shown still is. ${why}`
} as const;
