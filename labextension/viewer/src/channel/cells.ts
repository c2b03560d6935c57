/**
 * Cells in a message: a plain list, from 10,000 on packed as base64 of delta uvarints, and from
 * Python where they are too many for a message: an address at which they are, packed.
 */
import { CheckError, list, object, oneOf, own, text, integer } from '../base/check';
import { fromNumbers } from '../cells/cellset';
import type { Server } from '../data/fetch';
import { decodeCells, encodeCells, fromBase64, toBase64 } from '../cells/codecs';

const PACKED_FROM = 10_000;

export type CellsInMessage =
  | readonly number[]
  | { readonly encoding: 'delta-uvarint'; readonly data: string };

export function packCells(cells: Uint32Array): CellsInMessage {
  return cells.length < PACKED_FROM
    ? Array.from(cells)
    : { encoding: 'delta-uvarint', data: toBase64(encodeCells(cells)) };
}

/** Where Python keeps what is too large for a message: below the viewer's data. */
const SENT = /^sent\/[A-Za-z0-9_-]{1,64}$/;

/** Get what Python sends beside a message. */
export async function fetchSent(server: Pick<Server, 'data'>, url: unknown): Promise<ArrayBuffer> {
  const path = text(url, 'url', 100);
  if (!SENT.test(path)) {
    throw new CheckError('url', 'an address that begins with sent/');
  }
  return server.data(path);
}

/** The cells of a message, wherever they are. */
export async function cellsOf(
  server: Pick<Server, 'data'>,
  value: unknown,
  nCells: number
): Promise<Uint32Array> {
  if (Array.isArray(value)) {
    return readCells(value, nCells);
  }
  const packed = object(value, 'cells');
  const url = own(packed, 'url');
  if (url === undefined) {
    return readCells(packed, nCells);
  }
  oneOf(own(packed, 'encoding'), 'cells.encoding', ['delta-uvarint']);
  const bytes = new Uint8Array(await fetchSent(server, url));
  try {
    return decodeCells(bytes, nCells);
  } catch {
    throw new CheckError('cells.url', `ascending row indices below ${nCells}`);
  }
}

export function readCells(value: unknown, nCells: number): Uint32Array {
  if (Array.isArray(value)) {
    const numbers = list(value, 'cells', integer, 2 * PACKED_FROM);
    const cells = fromNumbers(numbers, nCells);
    if (cells === null) {
      throw new CheckError('cells', `row indices below ${nCells}`);
    }
    return cells;
  }
  const packed = object(value, 'cells');
  oneOf(own(packed, 'encoding'), 'cells.encoding', ['delta-uvarint']);
  const data = text(own(packed, 'data'), 'cells.data', 2 ** 21);
  try {
    return decodeCells(fromBase64(data), nCells);
  } catch {
    throw new CheckError('cells.data', `base64 of ascending row indices below ${nCells}`);
  }
}
