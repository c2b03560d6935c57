/** What the viewer tells a person, until it is dismissed. */
import type { Signal } from '@preact/signals';

import type { Message } from './types';

/** Whoever has messages: the app. */
export interface Speaker {
  readonly messages: Signal<readonly Message[]>;
}

const KEPT = 5;
const LEAST: readonly Message['level'][] = ['info', 'warning', 'error'];
let last = 0;

interface Besides {
  /** Takes the place of what was said about this before. */
  readonly about?: Message['about'];
  /** What a person can do about it. */
  readonly action?: Message['action'];
}

/** Say something; the same text said again takes the place of the old one. */
export function say(
  app: Speaker,
  level: Message['level'],
  text: string,
  { about = null, action = null }: Besides = {}
): void {
  const known = app.messages.peek();
  const others = known.filter(old => old.text !== text && (about === null || old.about !== about));
  app.messages.value = fewer([...others, { id: ++last, level, text, about, action }]);
}

/** What matters least goes first, and of that the oldest; never what was said just now. */
function fewer(messages: readonly Message[]): readonly Message[] {
  if (messages.length <= KEPT) {
    return messages;
  }
  const old = messages.slice(0, -1);
  const gone = LEAST.map(level => old.find(message => message.level === level)).find(Boolean);
  return messages.filter(message => message !== gone);
}

export function dismiss(app: Speaker, id: number): void {
  app.messages.value = app.messages.peek().filter(message => message.id !== id);
}
