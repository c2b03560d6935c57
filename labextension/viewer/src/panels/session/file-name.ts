/** Names of session files: what is proposed, what is wrong with one, and its end. */
import { text } from '../../text';

const END = '.cellucid-session';
const MOST_CHARACTERS = 200;

/** A name with the time, as clocks show it here. */
export function proposedName(now: Date): string {
  const two = (value: number): string => `${value}`.padStart(2, '0');
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('-');
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join('-');
  return `cellucid-session-${day}T${time}${END}`;
}

/** The name with the end that sessions have. */
export function wholeName(typed: string): string {
  const name = typed.trim();
  return name.toLowerCase().endsWith(END) ? name : `${name}${END}`;
}

/** Why a file can't be called so; null if it can. */
export function fileNameProblem(typed: string): string | null {
  const name = typed.trim();
  // Not all systems take these.
  const bad = /[/\\:*?"<>|\p{Cc}]/u.exec(name);
  if (name === '' || name.toLowerCase() === END) {
    return text.nameNeeded;
  }
  if (bad !== null) {
    return text.nameNotTaken(bad[0]);
  }
  if (name.startsWith('.')) {
    return text.nameHidden;
  }
  return name.length > MOST_CHARACTERS ? text.nameTooLong(MOST_CHARACTERS) : null;
}
