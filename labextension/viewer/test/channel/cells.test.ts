import { describe, expect, it } from 'vitest';

import { packCells, readCells } from '../../src/channel/cells';

describe('cells in a message', () => {
  it('are a list, and packed from ten thousand on', () => {
    const few = Uint32Array.from({ length: 9_999 }, (_, i) => 3 * i);
    const many = Uint32Array.from({ length: 10_000 }, (_, i) => 3 * i);
    expect(packCells(few)).toEqual([...few]);
    expect(packCells(many)).toMatchObject({ encoding: 'delta-uvarint' });
    for (const cells of [few, many]) {
      const sent = JSON.parse(JSON.stringify(packCells(cells))) as unknown;
      expect(readCells(sent, 30_000)).toEqual(cells);
      expect(() => readCells(sent, 29_000)).toThrow('below 29000');
    }
  });
});
