import { describe, expect, it } from 'vitest';

import { ahead } from '../../src/session/ahead';

const chunk = (id: string, begun: string[], fails = false) => ({
  stored: {
    inflate: () => {
      begun.push(id);
      const bytes = new Uint8Array();
      return fails ? Promise.reject(new Error(id)) : Promise.resolve({ id, kind: 'json' as const, bytes });
    }
  }
});

describe('ahead', () => {
  it('gives each in its order, and begins with two more', async () => {
    const begun: string[] = [];
    const list = ['a', 'b', 'c', 'd', 'e'].map(id => chunk(id, begun));
    const seen: unknown[] = [];
    for (const [one, inflated, next] of ahead(list)) {
      seen.push([one === list[seen.length], next === list[seen.length + 1], begun.join('')]);
      expect((await inflated).id).toBe(begun[seen.length - 1]);
    }
    expect(seen).toEqual([
      [true, true, 'abc'],
      [true, true, 'abcd'],
      [true, true, 'abcde'],
      [true, true, 'abcde'],
      [true, true, 'abcde']
    ]);
  });

  it('tells of one that fails only whoever takes it', async () => {
    const list = [chunk('a', []), chunk('b', [], true), chunk('c', [], true)];
    const found: string[] = [];
    for (const [, inflated, next] of ahead(list)) {
      found.push(await inflated.then(({ id }) => id, (error: Error) => `no ${error.message}`));
      if (next === list[2]) {
        break;
      }
    }
    expect(found).toEqual(['a', 'no b']);
  });
});
