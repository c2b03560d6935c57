/** Files from strangers: what Python refuses is refused here, and where; all else is read. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readJson } from '../../src/base/json-text';
import { decodeCodes } from '../../src/cells/code-codec';
import { decodeCells } from '../../src/cells/codecs';
import { readSession, type StoredChunk } from '../../src/session/container';
import { contributors } from '../../src/session/contributors';
import { restoreSession } from '../../src/session/restore';
import type { App } from '../../src/state/app';
import { snapshot } from '../../src/state/keep';
import {
  appFor,
  blobOf,
  inFolder,
  inPython,
  putTogether,
  takeApart,
  vector,
  type Json,
  type Parts
} from './parts';

interface Expected {
  readonly refused?: string;
  readonly chunk_ids?: readonly string[];
  readonly cells?: Readonly<Record<string, string>>;
  readonly codes?: Readonly<Record<string, string>>;
  readonly n_cells?: number;
  readonly n_vars?: number;
}

const EXPECTED = JSON.parse(vector('expected.json').toString()) as Record<string, Expected>;
const NAMES = Object.keys(EXPECTED);
const BAD = NAMES.filter(name => EXPECTED[name]!.refused !== undefined);
const MEMORY = 64 * 2 ** 20;
const CELLS = 'highlights/cells/';
const CODES = 'user-defined/codes/';
const META = 'highlights/meta';
const OVERLAYS = 'core/field-overlays';

const file = (name: string): Buffer => vector(`${name}.cellucid-session`);

function digest(values: ArrayLike<number>): string {
  const wide = BigInt64Array.from(Array.from(values, value => BigInt(value)));
  return createHash('sha256').update(new Uint8Array(wide.buffer)).digest('hex');
}

describe('a bad file', () => {
  it('is one of thirty', () => {
    expect(BAD).toHaveLength(30);
  });

  it.each(BAD)('%s is refused where Python refuses it', async name => {
    const bytes = file(name);
    const [stage, chunk] = EXPECTED[name]!.refused!.split(':');
    const app = await appFor(stage === 'open' ? null : bytes);
    const before = snapshot(app);
    const taken = process.memoryUsage().arrayBuffers;
    if (stage === 'open') {
      await expect(restoreSession(app, blobOf(bytes))).rejects.toThrow();
      expect(snapshot(app)).toEqual(before);
    } else {
      const { skipped } = await restoreSession(app, blobOf(bytes));
      expect(skipped.map(({ id }) => id)).toContain(chunk ?? `${CELLS}highlight_1`);
      expect(app.highlights.value.pages.flatMap(({ groups }) => groups.map(g => g.cells.length))).toEqual(
        name.includes('codec') || name.includes('kind') ? [9, 10, 0] : [0]
      );
    }
    expect(app.arrival.value).toBeNull();
    expect(process.memoryUsage().arrayBuffers - taken).toBeLessThan(MEMORY);
  });
});

describe('a good file', () => {
  it.each(['small', 'medium'])('%s holds what Python reads in it', async name => {
    const { chunk_ids, cells, codes, n_cells, n_vars } = EXPECTED[name]!;
    const { chunks } = await readSession(blobOf(file(name)));
    expect(chunks.map(({ id }) => id)).toEqual(chunk_ids);
    const inflated = new Map<string, Uint8Array>();
    for (const chunk of chunks) {
      inflated.set(chunk.id, (await chunk.inflate()).bytes);
    }
    for (const [id, wanted] of Object.entries(cells!)) {
      const bytes = inflated.get(CELLS + id);
      expect(digest(bytes === undefined ? [] : decodeCells(bytes, n_cells!)), id).toBe(wanted);
    }
    for (const [id, wanted] of Object.entries(codes!)) {
      const bytes = inflated.get(CODES + id)!;
      // Of genes there is one code a gene.
      const n = id === 'user_cat_5' ? n_vars! : n_cells!;
      expect(digest(decodeCodes(bytes, n)), id).toBe(wanted);
    }
    const app = await appFor(file(name));
    await restoreSession(app, blobOf(file(name)));
    const groups = app.highlights.value.pages.flatMap(page => page.groups);
    expect(Object.fromEntries(groups.map(group => [group.id, digest(group.cells)]))).toEqual(cells);
  });

  it('may be empty', async () => {
    expect((await readSession(blobOf(file('empty')))).chunks).toEqual([]);
    const app = await appFor(null);
    const before = snapshot(app);
    expect(await restoreSession(app, blobOf(file('empty')))).toMatchObject({ restored: [], skipped: [] });
    expect(snapshot(app)).toEqual(before);
  });

  it('need not say what it was made on', async () => {
    const { difference, restored } = await restoreSession(
      await appFor(file('small')),
      blobOf(file('no-fingerprint'))
    );
    expect(difference).toBeNull();
    expect(restored).toContain(META);
  });
});

/** What is put in place of a value: each kind, and what is too long. */
const REPLACEMENTS = [
  null, -1, 5, 1.5, 2 ** 53, true, 'x', 'y'.repeat(10_001), [1], { a: 1 }, { id: 'x' },
  // Ids that others have.
  'core/state', 'page_1', 'highlight_1', 'user_cat_1'
];

/** Put something else where a value stands in JSON, or nothing; `pick` says where. */
function mutated(value: unknown, pick: () => number, replacement: unknown): void {
  let holder = value as Json | unknown[];
  for (;;) {
    const keys = Object.keys(holder);
    if (keys.length === 0) {
      return;
    }
    const key = keys[pick() % keys.length]!;
    const inner = (holder as Json)[key];
    if (typeof inner === 'object' && inner !== null && pick() % 4 > 0) {
      holder = inner as Json;
      continue;
    }
    if (replacement === undefined && !Array.isArray(holder)) {
      delete holder[key];
    } else {
      (holder as Json)[key] = replacement ?? null;
    }
    return;
  }
}

const payloads = await (async () => {
  const { chunks } = await readSession(blobOf(file('small')));
  return Promise.all(chunks.map(async chunk => Buffer.from((await chunk.inflate()).bytes)));
})();

/** Some chunk's JSON, or bytes, changed. */
function withPayload(parts: Parts, place: number, bytes: Buffer, packed: boolean): Buffer {
  const chunks = parts.manifest.chunks.map((chunk, i) =>
    i === place
      ? { ...chunk, codec: packed ? 'gzip' : 'none', uncompressedBytes: bytes.length }
      : chunk
  );
  const stored = parts.stored.map((old, i) => (i === place ? (packed ? gzipSync(bytes) : bytes) : old));
  return putTogether({ manifest: { ...parts.manifest, chunks }, stored });
}

const picks = fc.array(fc.nat(10_000), { minLength: 40, maxLength: 40 });

function picker(numbers: readonly number[]): () => number {
  let i = 0;
  return () => numbers[i++ % numbers.length]!;
}

/** Files that are nearly good, in every way that one can be wrong. */
const damaged: fc.Arbitrary<Buffer> = fc.oneof(
  // Bytes of the whole file.
  fc
    .tuple(
      fc.array(fc.tuple(fc.nat(5184), fc.nat(255)), { minLength: 1, maxLength: 3 }),
      fc.option(fc.nat(5185), { freq: 3 })
    )
    .map(([bytes, end]) => {
      const whole = Buffer.from(file('small'));
      bytes.forEach(([at, byte]) => (whole[at] = byte));
      return end === null ? whole : whole.subarray(0, end);
    }),
  // What the manifest says of its chunks.
  fc.tuple(picks, fc.constantFrom(undefined, '', ...REPLACEMENTS)).map(([numbers, replacement]) => {
    const parts = takeApart(file('small'));
    mutated({ chunks: parts.manifest.chunks }, picker(numbers), replacement);
    return putTogether(parts);
  }),
  // Values in the JSON of pages and fields.
  fc
    .tuple(fc.constantFrom(0, 3), picks, fc.constantFrom(undefined, ...REPLACEMENTS), fc.boolean())
    .map(([place, numbers, replacement, packed]) => {
      const value = JSON.parse(payloads[place]!.toString()) as unknown;
      mutated(value, picker(numbers), replacement);
      return withPayload(takeApart(file('small')), place, Buffer.from(JSON.stringify(value)), packed);
    }),
  // Bytes of cells and of codes.
  fc
    .tuple(fc.constantFrom(4, 5, 6, 10, 11), fc.nat(50), fc.uint8Array({ maxLength: 12 }), fc.boolean())
    .map(([place, at, bytes, packed]) => {
      const whole = payloads[place]!;
      const changed = Buffer.concat([whole.subarray(0, at), bytes, whole.subarray(at + bytes.length)]);
      return withPayload(takeApart(file('small')), place, changed, packed);
    })
);

/** Names of the cells: as many as there are, fewer, too many, and not ended. */
const named = ['a\n'.repeat(41), 'a\n', 'a\n'.repeat(42), 'a\nb', ''].map(names => {
  const { manifest, stored } = takeApart(file('small'));
  const chunk = { id: 'identity/obs-names', kind: 'binary', codec: 'none' };
  return putTogether({
    manifest: { ...manifest, chunks: [...manifest.chunks, chunk] },
    stored: [...stored, Buffer.from(names)]
  });
});

/** Ids of the chunks that are bad; null where the file can't be opened. */
type Verdict = readonly string[] | null;

async function verdictHere(app: App, bytes: Buffer): Promise<Verdict> {
  const opened = await readSession(blobOf(bytes)).catch(() => null);
  if (opened === null) {
    return null;
  }
  const judged = await Promise.all(opened.chunks.map(async chunk => [chunk.id, await isGood(app, chunk)]));
  return judged.flatMap(([id, good]) => (good === true ? [] : [String(id)])).sort();
}

async function isGood(app: App, chunk: StoredChunk): Promise<boolean> {
  try {
    const found = await chunk.inflate();
    const contributor = contributors.find(one => one.owns(chunk.id));
    const judged =
      [META, OVERLAYS].includes(chunk.id) || /^(highlights\/c|user-defined|identity)/.test(chunk.id);
    if (judged && contributor !== undefined) {
      contributor.prepare(found, { app, nCells: 41, rows: null });
    } else if (found.kind === 'json') {
      readJson(found.bytes, chunk.id);
    }
    return true;
  } catch {
    return false;
  }
}

const IN_PYTHON = `
import json, pathlib, sys
from cellucid_ext import CellucidSessionBundle, SessionFormatError
def judge(bundle, chunk_id):
    if chunk_id == "highlights/meta":
        return bundle.pages
    if chunk_id == "core/field-overlays":
        return bundle.fields, bundle.renames
    if chunk_id.startswith("highlights/cells/"):
        return bundle.decode_cells(chunk_id.removeprefix("highlights/cells/"), n_cells=41)
    if chunk_id.startswith("user-defined/codes/"):
        codes = bundle.decode_codes(chunk_id.removeprefix("user-defined/codes/"))
        # The page has one code a cell; another length is refused when it is applied.
        if len(codes) != 41:
            raise SessionFormatError("length")
        return codes
    return bundle.decode_chunk(chunk_id)
def verdict(path):
    try:
        bundle = CellucidSessionBundle(path)
    except SessionFormatError:
        return None
    bad = []
    for chunk_id in bundle.list_chunk_ids():
        try:
            judge(bundle, chunk_id)
        except SessionFormatError:
            bad.append(chunk_id)
    return sorted(bad)
files = sorted(pathlib.Path(sys.argv[1]).iterdir(), key=lambda path: int(path.name))
print(json.dumps([verdict(path) for path in files]))`;

describe('a damaged file', () => {
  it('is judged in the same way by Python', async () => {
    const seed = Date.now();
    const files = [...NAMES.map(file), ...named, ...fc.sample(damaged, { numRuns: 300, seed })];
    const said = (await inFolder(folder => {
      files.forEach((bytes, i) => writeFileSync(join(folder, String(i)), bytes));
      return inPython(IN_PYTHON, folder);
    })) as Verdict[];
    const app = await appFor(file('small'));
    const differ: unknown[] = [];
    for (const [i, bytes] of files.entries()) {
      const here = await verdictHere(app, bytes);
      if (JSON.stringify(here) !== JSON.stringify(said[i])) {
        differ.push({ i, here, there: said[i] });
      }
    }
    expect(differ, `seed ${seed}`).toEqual([]);
    // Not all are refused as a whole, nor all good.
    expect(said.filter(verdict => verdict === null).length).toBeGreaterThan(30);
    expect(said.filter(verdict => (verdict ?? []).length > 1).length).toBeGreaterThan(30);
  });
});
