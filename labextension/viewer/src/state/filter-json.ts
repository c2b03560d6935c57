/** A filter as JSON, and back out of a stranger's. */
import {
  boolean,
  CheckError,
  list,
  number,
  object,
  oneOf,
  own,
  text,
  type JsonObject
} from '../base/check';
import { perObject } from '../base/memo';
import { decodeCells, encodeCells, fromBase64, toBase64 } from '../cells/codecs';
import { MAX_CATEGORY, MAX_KEY } from '../data/field';
import type { FieldRef, Filter } from './types';

const MAX_PACKED = 2 ** 27;
/** Which dataset it is for is not known here; what is not in it is left out later. */
const ANY_ROW = 2 ** 32 - 1;

/** The keys stand in one order, so that the same state is the same bytes. */
export function writeFilter(filter: Filter): unknown {
  const hidden = filter.kind === 'cells' ? { hidden: packed(filter.hidden) } : {};
  const entries = Object.entries({ ...filter, ...hidden });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Packed once: what is handed over is written at each change, and Python may hide a million. */
const packed = perObject((cells: Uint32Array) => ({
  encoding: 'delta-uvarint',
  data: toBase64(encodeCells(cells))
}));

export function readField(value: unknown, path: string): FieldRef {
  const field = object(value, path);
  return {
    source: oneOf(own(field, 'source'), `${path}.source`, ['obs', 'var', 'user'] as const),
    key: text(own(field, 'key'), `${path}.key`, MAX_KEY)
  };
}

export function readFilter(value: unknown, path: string): Filter {
  const filter = object(value, path);
  const enabled = boolean(own(filter, 'enabled'), `${path}.enabled`);
  const kind = oneOf(own(filter, 'kind'), `${path}.kind`, [
    'category',
    'range',
    'outlier',
    'cells'
  ] as const);
  if (kind === 'cells') {
    return { kind, enabled, hidden: readHidden(own(filter, 'hidden'), `${path}.hidden`) };
  }
  const field = readField(own(filter, 'field'), `${path}.field`);
  switch (kind) {
    case 'category':
      return {
        kind,
        field,
        enabled,
        missing: readMissing(filter, path, false),
        hidden: list(own(filter, 'hidden'), `${path}.hidden`, category)
      };
    case 'range':
      return {
        kind,
        field,
        enabled,
        missing: readMissing(filter, path, true),
        min: number(own(filter, 'min'), `${path}.min`),
        max: number(own(filter, 'max'), `${path}.max`)
      };
    case 'outlier':
      return {
        kind,
        field,
        enabled,
        threshold: number(own(filter, 'threshold'), `${path}.threshold`)
      };
  }
}

/** Files of before this was told have what their filters did. */
function readMissing(filter: JsonObject, path: string, before: boolean): boolean {
  const given = own(filter, 'missing');
  return given === undefined ? before : boolean(given, `${path}.missing`);
}

function category(value: unknown, path: string): string {
  return text(value, path, MAX_CATEGORY);
}

function readHidden(value: unknown, path: string): Uint32Array {
  const given = object(value, path);
  oneOf(own(given, 'encoding'), `${path}.encoding`, ['delta-uvarint']);
  const data = text(own(given, 'data'), `${path}.data`, MAX_PACKED);
  try {
    return decodeCells(fromBase64(data), ANY_ROW);
  } catch {
    throw new CheckError(`${path}.data`, 'base64 of ascending row indices');
  }
}
