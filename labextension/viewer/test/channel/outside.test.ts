// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it } from 'vitest';

import type { Frame } from '../../src/channel/numbered';
import { Outside } from '../../src/channel/outside';

let heard: Frame[];
let outside: Outside;

beforeEach(() => {
  heard = [];
  outside = new Outside('v1', frame => heard.push(frame));
});

afterEach(() => outside.close());

function post(data: unknown, source: Window | null = window.parent): void {
  window.dispatchEvent(new MessageEvent('message', { data, source }));
}

const reset = { type: 'resetCamera', viewerId: 'v1', viewerToken: 't' };

it('obeys the page around that has the token, and keeps the token to itself', () => {
  outside.token = 't';
  post(reset);
  expect(heard).toEqual([{ type: 'resetCamera' }]);
  outside.close();
  post(reset);
  expect(heard).toHaveLength(1);
});

it.each<[string, unknown]>([
  ['another token', { ...reset, viewerToken: 'x' }],
  ['no token', { type: 'resetCamera', viewerId: 'v1' }],
  ['another viewer', { ...reset, viewerId: 'v2' }],
  ['no type', { viewerId: 'v1', viewerToken: 't' }],
  ['a text', 'resetCamera'],
  ['nothing', null]
])('does not hear a message with %s', (_, data) => {
  outside.token = 't';
  post(data);
  expect(heard).toEqual([]);
});

it('hears nobody before it knows the token, nor other windows', () => {
  post({ ...reset, viewerToken: undefined });
  post({ ...reset, viewerToken: null });
  outside.token = '';
  post({ ...reset, viewerToken: '' });
  outside.token = 't';
  const frame = document.body.appendChild(document.createElement('iframe'));
  post(reset, frame.contentWindow);
  expect(heard).toEqual([]);
});
