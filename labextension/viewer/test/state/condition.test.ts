import { describe, expect, it } from 'vitest';

import { readNames } from '../../src/state/by-name';
import { ConditionError, readCondition, type Condition } from '../../src/state/condition';

const bare = (field: string, comparison: string, text: string, quoted = false): unknown => ({
  kind: 'compare',
  field,
  comparison,
  with: { text, quoted }
});

describe('a condition', () => {
  it.each<[string, unknown]>([
    ['CD3E > 1', bare('CD3E', '>', '1')],
    ['CD3E>=-1.5e2', bare('CD3E', '>=', '-1.5e2')],
    ['score = 3', bare('score', '==', '3')],
    ['"cell type" != \'B cell\'', bare('cell type', '!=', 'B cell', true)],
    ['`HLA-A/B`<0', bare('HLA-A/B', '<', '0')],
    ['HLA-A/B <= 0', bare('HLA-A/B', '<=', '0')],
    ['a > 1 & b > 2', { kind: 'all', of: [bare('a', '>', '1'), bare('b', '>', '2')] }],
    ['((a > 1))', bare('a', '>', '1')],
    [
      'a > 1 | b > 2 && c > 3',
      { kind: 'any', of: [bare('a', '>', '1'), { kind: 'all', of: [bare('b', '>', '2'), bare('c', '>', '3')] }] }
    ],
    [
      '(a > 1 || b > 2) & c > 3',
      { kind: 'all', of: [{ kind: 'any', of: [bare('a', '>', '1'), bare('b', '>', '2')] }, bare('c', '>', '3')] }
    ]
  ])('%s is read', (typed, expected) => {
    expect(readCondition(typed)).toEqual(expected as Condition);
  });

  it.each<[string, string]>([
    ['', 'such as CD3E > 1'],
    ['  ', 'such as CD3E > 1'],
    ['CD3E', 'After “CD3E” comes one of'],
    ['T cell > 1', 'not “cell”. Put names with spaces in quotes'],
    ['CD3E >', 'ends where a value after “CD3E >” is expected'],
    ['> 1', '“>” stands where the name of a field or gene is expected'],
    ['a > 1 &', 'ends where the name of a field or gene'],
    ['(a > 1', 'opened and not closed'],
    ['a > 1)', '“)” follows'],
    ['a > 1 b > 2', '“b” follows'],
    ['a > "1', '“"” stands where'],
    ['a ! 1', 'not “!”'],
    [`${'('.repeat(200)}a > 1`, 'nested 100 deep'],
    [`a > ${'1'.repeat(20_000)}`, 'at most 10,000 characters']
  ])('%s is refused in words', (typed, words) => {
    expect(() => readCondition(typed)).toThrow(ConditionError);
    expect(() => readCondition(typed)).toThrow(words);
  });
});

it('names are read one a line, or between commas and tabs', () => {
  expect(readNames('AAA-1\r\nBBB-1,CCC-1\tDDD 1 ,\n\n')).toEqual(['AAA-1', 'BBB-1', 'CCC-1', 'DDD 1']);
  expect(readNames(`'A,1', "B"\n`)).toEqual(['A,1', 'B']);
});
