/** A session file taken apart and put together by hand, and what Python says of one. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Dataset } from '../../src/data/dataset';
import { captureSession } from '../../src/session/capture';
import { App } from '../../src/state/app';
import { filesOf, loaded, tables } from '../fixture';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const MAGIC = 'CELLUCID_SESSION\n';

export type Json = Record<string, unknown>;

/** What a file consists of: its manifest, and the bytes of each chunk as they are stored. */
export interface Parts {
  manifest: Json & { chunks: Json[] };
  stored: Buffer[];
}

/** A file of `tests/vectors`. */
export function vector(name: string): Buffer {
  return readFileSync(join(ROOT, 'tests', 'vectors', name));
}

export function takeApart(file: Buffer): Parts {
  const length = file.readUInt32LE(MAGIC.length);
  let at = MAGIC.length + 4 + length;
  const manifest = JSON.parse(file.subarray(MAGIC.length + 4, at).toString()) as Parts['manifest'];
  const stored: Buffer[] = [];
  while (at < file.length) {
    const size = file.readUInt32LE(at);
    stored.push(file.subarray(at + 4, at + 4 + size));
    at += 4 + size;
  }
  return { manifest, stored };
}

export function putTogether({ manifest, stored }: Parts): Buffer {
  const sized = (bytes: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const head = Buffer.from(JSON.stringify(manifest));
  return Buffer.concat([Buffer.from(MAGIC), sized(head), ...stored.map(sized)]);
}

/** The session of an app as a file. */
export async function bytesOf(app: App): Promise<Buffer> {
  return Buffer.from(await (await captureSession(app)).arrayBuffer());
}

export function blobOf(bytes: Uint8Array): Blob {
  return new Blob([new Uint8Array(bytes)]);
}

/** An app on a dataset of the fixture's kind that a file says it was made on, or of that many cells. */
export async function appFor(file: Buffer | null, nCells = 41, nVars = 12): Promise<App> {
  const said = file === null ? null : (takeApart(file).manifest['datasetFingerprint'] as Json | null);
  const given = tables(Number(said?.['cellCount'] ?? nCells));
  const identity = given.documents['dataset_identity.json'] as Json;
  identity['id'] = said?.['datasetId'] ?? 'set-1';
  identity['stats'] = {
    n_cells: said?.['cellCount'] ?? nCells,
    n_genes: said?.['varCount'] ?? nVars
  };
  delete identity['rows'];
  const app = new App(await Dataset.open(filesOf(given)));
  await loaded(app);
  return app;
}

/** What a Python program prints, run where the package is; what was read of it as JSON. */
export function inPython(program: string, ...given: string[]): unknown {
  const python = process.env['PYTHON'] ?? 'python';
  const said = execFileSync(python, ['-c', program, ...given], { cwd: ROOT, maxBuffer: 2 ** 27 });
  return JSON.parse(said.toString());
}

/** Give a folder to a test, and take it away afterwards. */
export async function inFolder<T>(use: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'session-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
