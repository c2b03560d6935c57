/** What the viewer tells a person, until it is dismissed. */
import type { App } from './app';
import type { Message } from './types';

const KEPT = 5;

/** Say something; the same text said again takes the place of the old one. */
export function say(app: App, level: Message['level'], text: string): void {
  const known = app.messages.peek();
  const id = Math.max(0, ...known.map(message => message.id)) + 1;
  const others = known.filter(message => message.text !== text);
  app.messages.value = [...others, { id, level, text }].slice(-KEPT);
}

export function dismiss(app: App, id: number): void {
  app.messages.value = app.messages.peek().filter(message => message.id !== id);
}
