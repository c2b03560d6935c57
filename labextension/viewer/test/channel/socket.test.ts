import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Channel } from '../../src/channel/socket';
import { SocketServer, type Peer } from '../websocket';

let server: SocketServer;
let channel: Channel;
let said: unknown[];
let waiting: (() => void)[];

/** Waits until the channel has told its listener `count` things in all. */
async function heard(count: number): Promise<unknown[]> {
  while (said.length < count) {
    await new Promise<void>(resolve => waiting.push(resolve));
  }
  return said;
}

function tell(...what: unknown[]): void {
  said.push(what.length === 1 ? what[0] : what);
  waiting.splice(0).forEach(resolve => resolve());
}

async function greet(resumed = false, received = 0): Promise<{ peer: Peer; hello: object }> {
  const peer = await server.accept();
  const hello = await peer.next();
  peer.send({ type: 'welcome', protocol: 1, resumed, received, kernelConnected: true });
  return { peer, hello };
}

beforeEach(async () => {
  server = await SocketServer.start();
  said = [];
  waiting = [];
  channel = new Channel(server.url, {
    opened: welcome => tell('opened', welcome['kernelConnected']),
    received: frame => tell('received', frame),
    lost: () => tell('lost'),
    refused: code => tell('refused', code)
  });
});

afterEach(() => {
  vi.useRealTimers();
  channel.close();
  server.stop();
});

describe('the channel', () => {
  it('greets, numbers what it sends, and acknowledges what it gets, once', async () => {
    channel.send({ type: 'early' });
    const { peer, hello } = await greet();
    expect(hello).toEqual({
      type: 'hello',
      protocol: 1,
      received: 0,
      channelId: expect.stringMatching(/^[A-Za-z0-9_-]{16,64}$/) as string
    });
    expect(await peer.next()).toEqual({ type: 'early', seq: 1 });
    channel.send({ type: 'late' });
    expect(await peer.next()).toEqual({ type: 'late', seq: 2 });
    peer.send({ type: 'ping', seq: 1 });
    peer.send({ type: 'ping', seq: 1 });
    expect([await peer.next(), await peer.next()]).toEqual(Array(2).fill({ type: 'ack', ack: 1 }));
    expect(await heard(2)).toEqual([
      ['opened', true],
      ['received', { type: 'ping', seq: 1 }]
    ]);
  });

  it('takes the conversation up again after a break', async () => {
    const first = await greet();
    channel.send({ type: 'a' });
    channel.send({ type: 'b' });
    await first.peer.next();
    await first.peer.next();
    first.peer.send({ type: 'x', seq: 1 });
    await heard(2);
    first.peer.drop();
    await heard(3);
    channel.send({ type: 'c' });
    const second = await greet(true, 1);
    expect(second.hello).toEqual({ ...first.hello, received: 1 });
    expect(await second.peer.next()).toEqual({ type: 'b', seq: 2 });
    expect(await second.peer.next()).toEqual({ type: 'c', seq: 3 });
    expect((await heard(4)).slice(2)).toEqual(['lost', ['opened', true]]);
  });

  it('begins anew with a server that forgot', async () => {
    const first = await greet();
    channel.send({ type: 'a' });
    await first.peer.next();
    first.peer.send({ type: 'x', seq: 1 });
    await heard(2);
    first.peer.drop();
    const second = await greet(false);
    expect(await second.peer.next()).toEqual({ type: 'a', seq: 1 });
    second.peer.send({ type: 'y', seq: 1 });
    expect((await heard(5)).at(-1)).toEqual(['received', { type: 'y', seq: 1 }]);
  });

  it.each([4401, 4409, 4426])('ends for good with %i', async code => {
    const { peer } = await greet();
    peer.close(code);
    expect((await heard(2)).at(-1)).toEqual(['refused', code]);
  });

  it('ends where there never was such a viewer, but waits for one that was there', async () => {
    const { peer } = await greet();
    peer.close(4404);
    await heard(2);
    const again = await server.accept();
    again.close(4404);
    await greet();
    expect(await heard(4)).toEqual([['opened', true], 'lost', 'lost', ['opened', true]]);

    const strangers: unknown[] = [];
    const stranger = new Channel(server.url, {
      opened: () => undefined,
      received: () => undefined,
      lost: () => tell('stranger lost'),
      refused: code => (strangers.push(code), tell('stranger refused'))
    });
    (await server.accept()).close(4404);
    expect((await heard(5)).at(-1)).toBe('stranger refused');
    expect(strangers).toEqual([4404]);
    stranger.close();
  });

  it('gives a server up that does not answer, and tries anew', async () => {
    await greet();
    await heard(1);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    channel.close();
    said = [];
    channel = new Channel(server.url, {
      opened: () => tell('opened'),
      received: () => undefined,
      lost: () => tell('lost'),
      refused: () => undefined
    });
    const silent = await server.accept();
    await silent.next();
    vi.advanceTimersByTime(10_000);
    expect(await heard(1)).toEqual(['lost']);
    vi.advanceTimersByTime(10_000);
    vi.useRealTimers();
    await greet();
    // What the one given up still says is not listened to.
    silent.close(4409);
    expect(await heard(2)).toEqual(['lost', 'opened']);
  });

  it('ignores what is no frame', async () => {
    const { peer } = await greet();
    for (const junk of ['', 'null', '[]', '{"type": 1}', '{"seq": 1}', '{']) {
      peer.send(junk);
    }
    peer.send({ type: 'x', seq: 1 });
    expect(await peer.next()).toEqual({ type: 'ack', ack: 1 });
    expect((await heard(2)).at(-1)).toEqual(['received', { type: 'x', seq: 1 }]);
  });

  it('does not come back after it was closed', async () => {
    const { peer } = await greet();
    await heard(1);
    channel.close();
    peer.drop();
    expect(said).toEqual([['opened', true]]);
  });
});
