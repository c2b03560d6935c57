import { expect, it } from 'vitest';

import { captureSession } from '../../src/session/capture';
import { readSession } from '../../src/session/container';
import { revealed } from '../../src/session/reveals';
import type { Names } from '../../src/session/contributor';
import type { App } from '../../src/state/app';
import { selectNames } from '../../src/state/by-name';
import { confirmCandidate } from '../../src/state/confirm';
import { openFixture } from '../fixture';

/** The names of cells that stand in a session, and the ids of its chunks. */
async function namesIn(app: App, names: Names): Promise<{ named: Set<string>; ids: string[] }> {
  const { chunks } = await readSession(await captureSession(app, names));
  const texts = await Promise.all(
    chunks.map(async chunk => new TextDecoder().decode((await chunk.inflate()).bytes))
  );
  const named = new Set(texts.flatMap(text => text.match(/cell-\d+/g) ?? []));
  return { named, ids: chunks.map(({ id }) => id) };
}

it('tells all names, those that were typed, or none; and counts them', async () => {
  const app = await openFixture(20);
  await selectNames(app, ['cell-3', 'cell-7'], 'replace');
  confirmCandidate(app);

  const all = await namesIn(app, 'all');
  const typed = await namesIn(app, 'typed');
  const none = await namesIn(app, 'none');
  expect(all.named.size).toBe(20);
  expect([...typed.named]).toEqual(['cell-3', 'cell-7']);
  expect(none.named.size).toBe(0);
  const listed = (id: string): boolean => id !== 'identity/obs-names';
  expect(typed.ids).toEqual(all.ids.filter(listed));
  expect(none.ids).toEqual(typed.ids);
  // What is shown keeps them.
  expect((await namesIn(app, 'typed')).named.size).toBe(2);

  expect(revealed(app, 'all')).toMatchObject({ names: 20, typed: 2, pages: 1, groups: 1 });
  expect(revealed(app, 'typed')).toMatchObject({ names: 0, typed: 2 });
  expect(revealed(app, 'none')).toMatchObject({ names: 0, typed: 0 });
});
