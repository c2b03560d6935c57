/** What is said of unfinished work: saved by itself, found again. */
import { count, size } from './numbers';
import { clock, moment } from './times';

interface Made {
  readonly pages: number;
  readonly groups: number;
  readonly fields: number;
}

function made({ pages, groups, fields }: Made): string {
  const on = pages > 1 ? ` on ${count(pages)} pages` : '';
  const inGroups = groups === 0 ? 'no groups' : `${many(groups, 'group')}${on}`;
  return fields === 0 ? inGroups : `${inGroups}, ${many(fields, 'field')}`;
}

function many(value: number, what: string): string {
  return `${count(value)} ${what}${value === 1 ? '' : 's'}`;
}

export const autosaves = {
  autosaved: (at: Date) => `Saved ${clock(at)}`,
  autosavedHint: (at: Date) =>
    `What you do here is saved on the server, for when this page ends; last at ${moment(at)}`,
  notAutosaved: (why: string) => `Not saved: ${why}`,
  autosaveFails: (why: string) =>
    `What you do here can’t be saved on the server just now, and would be lost with this page. It is tried again. ${why}`,
  autosavesAgain: 'What you do here is saved on the server again.',

  earlierOffer: (at: Date, bytes: number, told: Made | null) =>
    `There is earlier work on this dataset, of ${moment(at)}: ${told === null ? size(bytes) : made(told)}.`,
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
  earlierMade: (told: Made) => made(told),
  earlierSize: (bytes: number) => size(bytes),
  replacedByLoad: 'replaced by a loaded session',
  restoreOf: (at: Date) => `Restore the work of ${moment(at)}`
} as const;
