import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  boolean,
  CheckError,
  integer,
  json,
  list,
  number,
  object,
  oneOf,
  optional,
  own,
  text
} from '../../src/base/check';

describe('readers of untrusted JSON', () => {
  it('say where a value was wrong and what was expected', () => {
    const read = (): unknown =>
      list([{ name: 'a' }, { name: 7 }], 'pages', (page, path) =>
        text(own(object(page, path), 'name'), `${path}.name`, 200)
      );
    expect(read).toThrow('pages[1].name: expected a string of at most 200 characters');
  });

  it.each([
    ['object', () => object([], 'x')],
    ['object of null', () => object(null, 'x')],
    ['long text', () => text('abc', 'x', 2)],
    ['NaN', () => number(NaN, 'x')],
    ['a text as number', () => number('1', 'x')],
    ['half', () => integer(0.5, 'x')],
    ['too large', () => integer(5, 'x', 0, 4)],
    ['one as true', () => boolean(1, 'x')],
    ['long list', () => list([1, 2, 3], 'x', number, 2)],
    ['no choice', () => oneOf('c', 'x', ['a', 'b'])],
    ['bad optional', () => optional(1, 'x', (v, p) => text(v, p))],
    ['deep JSON', () => json([[[1]]], 'x', 2)]
  ])('refuse %s', (_, read) => {
    expect(read).toThrow(CheckError);
  });

  it('read own properties only', () => {
    expect(own({}, 'constructor')).toBeUndefined();
    expect(own(object(JSON.parse('{"__proto__": 1}'), 'x'), '__proto__')).toBe(1);
  });

  it('take undefined and null as not given', () => {
    expect(optional(undefined, 'x', number)).toBeNull();
    expect(optional(null, 'x', number)).toBeNull();
    expect(optional(0, 'x', number)).toBe(0);
  });

  it('build JSON anew, equal to what was given', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), value => {
        const plain: unknown = JSON.parse(JSON.stringify(value));
        const read = json(plain, 'x');
        expect(read).toEqual(plain);
        expect(read === plain && typeof read === 'object' && read !== null).toBe(false);
      }),
      { numRuns: 100 }
    );
  });
});
