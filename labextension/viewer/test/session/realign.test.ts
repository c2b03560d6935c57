/** A session on other rows: what differs is said, and its cells are found by their names. */
import { describe, expect, it, vi } from 'vitest';

import { Dataset } from '../../src/data/dataset';
import { captureSession } from '../../src/session/capture';
import { restoreSession } from '../../src/session/restore';
import { Sessions } from '../../src/session/sessions';
import { App } from '../../src/state/app';
import { setVisibility } from '../../src/state/filters';
import { unfold } from '../../src/state/panels';
import type { Message, StoredPart } from '../../src/state/types';
import { undo } from '../../src/state/undo';
import { setField } from '../../src/state/views';
import { text } from '../../src/text';
import { future } from '../filled';
import { filesOf, loaded, openFixture, tables } from '../fixture';
import { blobOf, bytesOf, putTogether, takeApart } from './parts';
import { fillLazily, isArriving, MADE, restoreInSteps, stateOf } from './stages';

const N = 20;
const ALL = Array.from({ length: N }, (_, i) => `cell-${i}`);

/** What `fillLazily` makes, by the names of the cells. */
const GROUPS: Record<string, readonly string[]> = {
  One: ['cell-1', 'cell-2', 'cell-3'],
  Two: ['cell-3', 'cell-4'],
  Three: ['cell-0', 'cell-7'],
  Four: ['cell-2', 'cell-9', 'cell-11']
};
const HIDDEN = ['cell-5', 'cell-12'];
const CODES = new Map(ALL.map((name, i) => [name, 'abc'[i % 3]!]));

async function session(): Promise<App> {
  const app = await openFixture(N);
  fillLazily(app);
  setField(app, MADE);
  setVisibility(app, Uint32Array.of(5, 12), false);
  unfold(app, 'summary', true);
  return app;
}

/** An app on rows of these names; of another id where they are not told apart by anything else. */
async function appOf(names: readonly string[], nGenes = 2): Promise<App> {
  const given = tables(names.length);
  const identity = given.documents['dataset_identity.json'] as Record<string, unknown>;
  identity['stats'] = { n_cells: names.length, n_genes: 2, n_vars: nGenes };
  identity['rows'] = { ...(identity['rows'] as object), orderSha256: 'c'.repeat(64) };
  given.binaries['obs_names.txt'] = new TextEncoder().encode(names.map(name => `${name}\n`).join(''));
  const app = new App(await Dataset.open(filesOf(given)));
  await loaded(app);
  return app;
}

/** Load, and press the button that is offered; the messages before and after. */
async function placed(app: App, file: Blob): Promise<{ offer: Message; said: Message }> {
  const before = stateOf(app);
  await new Sessions(app).load(file);
  const offer = app.messages.value.at(-1)!;
  expect(offer).toMatchObject({ level: 'warning', action: { label: text.placeByName } });
  // Only what fits any dataset was restored, as one step.
  expect(app.panels.value.sections).toEqual({ summary: true });
  expect(app.changes.past.value).toHaveLength(1);
  undo(app);
  expect(stateOf(app)).toEqual(before);
  app.messages.value = [];
  offer.action!.act();
  await arrived(app);
  return { offer, said: app.messages.value.at(-1)! };
}

/** Until the session that was asked for is there, or it is said why it is not. */
async function arrived(app: App): Promise<void> {
  await vi.waitFor(() => expect(app.messages.value).not.toEqual([]), { timeout: 4000 });
}

/** All that a session tells of cells, by their names. */
function told(app: App, names: readonly string[]): unknown {
  const called = (cells: Uint32Array): string[] => Array.from(cells, cell => names[cell]!);
  const groups = app.highlights.value.pages.flatMap(page => page.groups);
  const column = app.columns.ready(MADE);
  const codes = column?.kind === 'categorical' ? Array.from(column.codes) : [];
  const filter = app.activeView.value.filters.find(one => one.kind === 'cells');
  return {
    groups: Object.fromEntries(groups.map(({ label, cells }) => [label, called(cells)])),
    hidden: filter === undefined ? [] : called(filter.hidden),
    codes: Object.fromEntries(names.map((name, i) => [name, 'abc'[codes[i]!] ?? null]))
  };
}

function expected(names: readonly string[]): unknown {
  const here = (some: readonly string[]): string[] => names.filter(name => some.includes(name));
  return {
    groups: Object.fromEntries(Object.entries(GROUPS).map(([label, some]) => [label, here(some)])),
    hidden: here(HIDDEN),
    codes: Object.fromEntries(names.map(name => [name, CODES.get(name) ?? null]))
  };
}

describe('on other rows a session', () => {
  it.each<[string, string[], number, string, number]>([
    ['reordered', [...ALL].reverse(), 2, 'another order of the rows', N],
    [
      'filtered',
      ALL.filter((_, i) => i % 3 !== 1),
      2,
      'another number of cells: 20, here 13',
      13
    ],
    [
      'extended',
      ['new-1', ...ALL.slice(10), 'new-2', ...ALL.slice(0, 10), 'new-3'],
      2,
      'another number of cells: 20, here 23',
      N
    ],
    ['of more genes', [...ALL].reverse(), 7, 'another number of genes: 2, here 7', N],
    ['of one cell that is known', ['x', 'cell-3', 'y'], 2, 'another number of cells', 1]
  ])('%s is placed by the names of the cells', async (_, names, nGenes, differs, found) => {
    const app = await appOf(names, nGenes);
    const { offer, said } = await placed(app, await captureSession(await session()));
    expect(offer.text).toContain(`${differs}`);
    expect(said.text).toContain(text.cellsPlaced(found, N));
    expect(said.action).toBeNull();
    expect(told(app, names)).toEqual(expected(names));
    expect(isArriving(app)).toBe(false);
    // What it is saved as now is of these rows, and needs no looking.
    const again = await appOf(names, nGenes);
    await new Sessions(again).load(await captureSession(app));
    expect(again.messages.value.map(({ level }) => level)).toEqual(['info']);
    expect(told(again, names)).toEqual(expected(names));
  });

  it('comes all at once, so that no save while it arrives has cells of the old rows', async () => {
    const names = [...ALL].reverse();
    const app = await appOf(names);
    const seen: boolean[] = [];
    await restoreInSteps(app, await captureSession(await session()), () => seen.push(isArriving(app)), true);
    expect(seen.length).toBeGreaterThan(5);
    expect(seen).not.toContain(true);
    expect(told(app, names)).toEqual(expected(names));
    undo(app);
    expect(app.highlights.value.pages.flatMap(page => page.groups)).toEqual([]);
  });

  it('takes along what nobody knows only where that is of no rows', async () => {
    const old = await session();
    const part = (id: string, datasetDependent: boolean): StoredPart => ({
      ...future,
      id,
      described: { ...future.described, id, datasetDependent }
    });
    const parts = [part('future/rows', true), part('future/words', false)];
    old.changes.change('carry', () => old.slots.carried.set(parts));
    const app = await appOf([...ALL].reverse());
    const { skipped } = await restoreSession(app, await captureSession(old), true);
    expect(app.slots.carried.signal.value).toEqual([parts[1]]);
    expect(skipped).toContainEqual({ id: 'future/rows', why: text.unknownRows });
  });

  it('can be cancelled while its cells are looked for, and nothing has changed', async () => {
    const app = await appOf([...ALL].reverse());
    const before = stateOf(app);
    const outcome = await restoreInSteps(
      app,
      await captureSession(await session()),
      () => app.arrival.peek()!.cancel(),
      true
    );
    expect([outcome, stateOf(app)]).toEqual(['cancelled', before]);
  });
});

describe('nothing is offered', () => {
  /** What is said of a session on rows of these names, once it was seen that nothing changed. */
  async function saidOf(file: Blob, names: readonly string[]): Promise<string> {
    const app = await appOf(names);
    const before = stateOf(app);
    const { restored, difference } = await new Sessions(app).load(file);
    expect([restored, difference?.part]).toEqual([[], names.length === N ? 'order' : 'cells']);
    expect([stateOf(app), app.canUndo.value]).toEqual([before, false]);
    const [said, ...more] = app.messages.value;
    expect([said?.action, said?.level, more]).toEqual([null, 'warning', []]);
    return said!.text;
  }

  /** A session whose panels are as they begin, with other names, or with none. */
  async function fileWith(names: Uint8Array | null): Promise<Blob> {
    const app = await openFixture(N);
    fillLazily(app);
    const { manifest, stored } = takeApart(await bytesOf(app));
    const at = manifest.chunks.findIndex(chunk => chunk['id'] === 'identity/obs-names');
    if (names === null) {
      manifest.chunks.splice(at, 1);
      stored.splice(at, 1);
    } else {
      Object.assign(manifest.chunks[at]!, {
        codec: 'none',
        storedBytes: names.length,
        uncompressedBytes: names.length
      });
      stored[at] = Buffer.from(names);
    }
    return blobOf(putTogether({ manifest, stored }));
  }

  const list = (names: readonly string[]): Uint8Array =>
    new TextEncoder().encode(names.map(name => `${name}\n`).join(''));
  const REVERSED = [...ALL].reverse();

  it('where no name is common', async () => {
    const said = await saidOf(await fileWith(list(ALL)), ALL.map(name => `other-${name}`));
    expect(said).toContain(text.notPlaced(text.noCommonName));
  });

  it('where the session has no names', async () => {
    const said = await saidOf(await fileWith(null), REVERSED);
    expect(said).toBe(text.nothingFits(text.otherOrder));
  });

  it.each([
    ['the session', [...ALL.slice(1), 'cell-7'], REVERSED],
    ['this dataset', ALL, [...REVERSED.slice(1), 'cell-7']]
  ])('where a name stands twice in %s', async (where, theirs, ours) => {
    const said = await saidOf(await fileWith(list(theirs)), ours);
    expect(said).toContain(`“cell-7” stands twice in ${where}`);
  });

  it.each([
    ['are fewer than its cells', list(ALL.slice(1)), 'it has 19 names for 20 cells'],
    ['end within one', list(ALL).slice(0, -1), 'has no end'],
    ['are no text', Uint8Array.of(0xff, 0xfe, 10), 'valid']
  ])('where its names %s', async (_, names, why) => {
    expect(await saidOf(await fileWith(names), REVERSED)).toContain(why);
  });

  it('where its names can’t be inflated', async () => {
    const { manifest, stored } = takeApart(Buffer.from(await (await fileWith(list(ALL))).arrayBuffer()));
    const at = manifest.chunks.findIndex(chunk => chunk['id'] === 'identity/obs-names');
    manifest.chunks[at]!['codec'] = 'gzip';
    const file = blobOf(putTogether({ manifest, stored }));
    expect(await saidOf(file, REVERSED)).toContain('expected');
  });
});

it('of another dataset only the panel is restored, and which part differs is said', async () => {
  const app = await openFixture(N + 1);
  fillLazily(app);
  const { views, highlights } = app.slots;
  const [then, pages] = [views.signal.value, highlights.signal.value];
  const { restored, difference } = await new Sessions(app).load(await captureSession(await session()));
  expect(restored).toEqual(['ui/dockable-layout']);
  expect(difference?.part).toBe('cells');
  expect(app.panels.value.sections).toEqual({ summary: true });
  // The very same: nothing of them was reset.
  expect([views.signal.value === then, highlights.signal.value === pages]).toEqual([true, true]);
  expect(app.changes.past.value.at(-1)?.label).toBe(text.didRestore);
  undo(app);
  expect([app.panels.value.sections, highlights.signal.value === pages]).toEqual([{}, true]);
});
