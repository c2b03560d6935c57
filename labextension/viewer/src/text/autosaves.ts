/** What is said of unfinished work: saved by itself, found again. */
import { size } from './numbers';
import { clock, moment } from './times';

export const autosaves = {
  autosaved: (at: Date) => `Saved ${clock(at)}`,
  autosavedHint: (at: Date) =>
    `What you do here is saved on the server, for when this page ends; last at ${moment(at)}`,
  notAutosaved: (why: string) => `Not saved: ${why}`,
  autosaveFails: (why: string) =>
    `What you do here can’t be saved on the server just now, and would be lost with this page. It is tried again. ${why}`,
  autosavesAgain: 'What you do here is saved on the server again.',

  earlierOffer: (at: Date, bytes: number) =>
    `There is earlier work on this dataset, of ${moment(at)} (${size(bytes)}).`,
  restoreEarlier: 'Restore',
  earlierItem: 'Earlier work…',
  earlier: 'Earlier work',
  earlierAt: (at: Date) => moment(at),
  earlierHint:
    'What pages that showed this dataset saved by themselves. Restoring can be undone; what is shown now is saved first.',
  noEarlier: 'Nothing was saved of this dataset yet.',
  earlierNotListed: (why: string) => `What was saved could not be listed: ${why}`,
  earlierNotRestored: (why: string) => `The earlier work could not be restored: ${why}`,
  earlierLoading: 'Asking the server…',
  earlierSize: (bytes: number) => size(bytes),
  replacedByLoad: 'replaced by a loaded session',
  restoreOf: (at: Date) => `Restore the work of ${moment(at)}`
} as const;
