import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Autosaves, type Store } from '../../src/data/autosaves';
import { FetchError } from '../../src/data/fetch';

let asked: string[];
let sent: { readonly path: string; readonly body: string; readonly last: boolean }[];
/** What puts are refused with, by their turn. */
let refusals: (FetchError | undefined)[];
let answer: unknown;
let partBytes: number;

const store: Store = {
  info: () => {
    asked.push('info');
    return Promise.resolve({ partBytes, maxUploadBytes: 100, autosaveSeconds: 7, autosaveCount: 3 });
  },
  bytes: path => {
    asked.push(path);
    return Promise.resolve(new TextEncoder().encode(JSON.stringify(answer)).buffer);
  },
  put: async (path, body, last = false) => {
    sent.push({ path, body: await body.text(), last });
    const refusal = refusals.shift();
    if (refusal !== undefined) {
      throw refusal;
    }
  }
};

let autosaves: Autosaves;

beforeEach(() => {
  asked = [];
  sent = [];
  refusals = [];
  partBytes = 10;
  autosaves = new Autosaves(store);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => void vi.useRealTimers());

async function put(words: string): Promise<unknown> {
  const done = autosaves.put('a/b', 'x', new Blob([words])).catch((error: unknown) => error);
  await vi.runAllTimersAsync();
  return done;
}

function uploads(): (string | undefined)[] {
  return sent.map(({ path }) => /upload=([0-9-]+)/.exec(path)?.[1]);
}

describe('autosaves', () => {
  it('go whole, or in parts that have a name of their own in common', async () => {
    await put('0123456789');
    expect(sent[0]!.path).toMatch(/^autosaves\/a%2Fb\/x\?upload=[0-9-]{7,43}$/);
    await put('0123456789abc');
    expect(sent.map(({ body }) => body)).toEqual(['0123456789', '0123456789', 'abc']);
    expect(sent.slice(1).map(({ path }) => /&.*/.exec(path)?.[0])).toEqual([
      '&part=1&parts=2',
      '&part=2&parts=2'
    ]);
    const [first, second, third] = uploads();
    expect(second).toBe(third);
    expect(second).not.toBe(first);
    expect(asked).toEqual(['info']);
  });

  it('are sent again in parts only, and not without end', async () => {
    const cut = new FetchError('cut', 0, 'unreachable');
    const busy = new FetchError('busy', 429, 'too-many');
    refusals = [cut];
    expect(await put('whole')).toBe(cut);
    refusals = [cut, busy];
    expect(await put('0123456789abc')).toBeUndefined();
    refusals = Array.from({ length: 100 }, () => busy);
    expect(await put('0123456789abc')).toBe(busy);
    expect(sent.length).toBeLessThan(15);
  });

  it('ask the server for its limits again after a failure', async () => {
    expect(await put('x'.repeat(101))).toMatchObject({ code: 'too-large' });
    partBytes = 100;
    await put('0123456789abc');
    expect(sent.map(({ body }) => body)).toEqual(['0123456789abc']);
    expect(await autosaves.habits()).toEqual({ seconds: 7, count: 3 });
    expect(asked).toEqual(['info', 'info']);
  });

  it('go at once for a page that ends, if the browser takes them', async () => {
    autosaves.putLast('d', 'x', new Blob(['y'.repeat(60_001)]));
    autosaves.putLast('d', 'x', new Blob(['y'.repeat(60_000)]));
    await vi.waitFor(() => expect(sent).not.toEqual([]));
    expect(sent.map(({ path, body, last }) => [path, body.length, last])).toEqual([
      ['autosaves/d/x', 60_000, true]
    ]);
    expect(asked).toEqual([]);
  });

  it('are listed as the server says, or not at all', async () => {
    const good = { name: 'x', bytes: 5, savedAt: '2026-01-02T03:04:05+00:00' };
    answer = { autosaves: [good] };
    const savedAt = new Date(Date.UTC(2026, 0, 2, 3, 4, 5));
    expect(await autosaves.list('d')).toEqual([{ name: 'x', bytes: 5, savedAt, made: null }]);
    expect(asked).toEqual(['autosaves/d']);
    answer = { autosaves: [{ ...good, nPages: 1, nGroups: 2, nFields: 0 }] };
    expect((await autosaves.list('d'))[0]!.made).toEqual({ pages: 1, groups: 2, fields: 0 });
    for (const bad of [{ ...good, savedAt: 'soon' }, { ...good, bytes: -1 }, { ...good, nPages: 'two' }, { bytes: 1 }, null]) {
      answer = { autosaves: [bad] };
      await expect(autosaves.list('d')).rejects.toThrow('autosaves[0]');
    }
    await autosaves.get('d', 'x/y');
    expect(asked.at(-1)).toBe('autosaves/d/x%2Fy');
  });
});
