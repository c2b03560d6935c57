/** What the viewer tells a person, until it is dismissed. */
import type { Signal } from '@preact/signals';

import type { Message } from './types';

/** Whoever has messages: the app. */
export interface Speaker {
  readonly messages: Signal<readonly Message[]>;
}

const KEPT = 5;
let last = 0;

/** Say something; the same text said again takes the place of the old one. */
export function say(app: Speaker, level: Message['level'], text: string): void {
  const known = app.messages.peek();
  const others = known.filter(message => message.text !== text);
  app.messages.value = [...others, { id: ++last, level, text }].slice(-KEPT);
}

export function dismiss(app: Speaker, id: number): void {
  app.messages.value = app.messages.peek().filter(message => message.id !== id);
}
