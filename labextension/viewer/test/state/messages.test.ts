import { signal } from '@preact/signals';
import { beforeEach, expect, it } from 'vitest';

import { say, type Speaker } from '../../src/state/messages';

let speaker: Speaker;
const said = (): string[] => speaker.messages.value.map(({ text }) => text);

beforeEach(() => {
  speaker = { messages: signal([]) };
});

it('says the last word about undo only', () => {
  say(speaker, 'error', 'refused');
  for (let i = 0; i < 6; i++) say(speaker, 'info', `Undone: ${i}`, { about: 'history' });
  expect(said()).toEqual(['refused', 'Undone: 5']);
});

it('drops what matters least first, and of that the oldest', () => {
  say(speaker, 'error', 'refused');
  say(speaker, 'warning', 'beware');
  for (let i = 0; i < 6; i++) say(speaker, 'info', `${i}`);
  expect(said()).toEqual(['refused', 'beware', '3', '4', '5']);
  for (let i = 0; i < 5; i++) say(speaker, 'error', `no ${i}`);
  say(speaker, 'info', 'at last');
  expect(said()).toEqual(['no 1', 'no 2', 'no 3', 'no 4', 'at last']);
});
