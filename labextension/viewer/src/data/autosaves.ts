/** Unfinished work on the server: the newest few sessions that pages saved of each dataset. */
import { CheckError, integer, list, object, optional, own, text, type JsonObject } from '../base/check';
import type { Server } from './fetch';
import { readLimits, sendInParts } from './upload';

/** What it needs of a `Server`. */
export type Store = Pick<Server, 'info' | 'bytes' | 'put'>;

/** What the server says of autosaves. */
export interface Habits {
  /** How often a page saves. */
  readonly seconds: number;
  /** How many are kept of a dataset; 0 where there are none. */
  readonly count: number;
}

/** How much a person made. */
export interface Made {
  readonly pages: number;
  readonly groups: number;
  readonly fields: number;
}

/** Work that was saved. */
export interface Earlier {
  readonly name: string;
  readonly bytes: number;
  readonly savedAt: Date;
  /** Null where the server does not say. */
  readonly made: Made | null;
}

/** The most a browser sends for a page that is gone, with room for the rest of the request. */
const LAST_BYTES = 60_000;

/** More than a server ever lists. */
const MOST = 2000;

export class Autosaves {
  readonly #store: Store;
  #info: Promise<JsonObject> | null = null;

  constructor(store: Store) {
    this.#store = store;
  }

  /** @throws FetchError, CheckError */
  async habits(): Promise<Habits> {
    const info = await this.#known();
    const read = (key: string, least: number): number =>
      integer(own(info, key), `info.${key}`, least);
    return { seconds: read('autosaveSeconds', 1), count: read('autosaveCount', 0) };
  }

  /**
   * Those of a dataset, newest first.
   *
   * @throws FetchError, CheckError
   */
  async list(datasetId: string): Promise<readonly Earlier[]> {
    const answer = await this.#store.bytes(addressOf(datasetId));
    const value = JSON.parse(new TextDecoder().decode(answer)) as unknown;
    return list(own(object(value, 'answer'), 'autosaves'), 'autosaves', readEarlier, MOST);
  }

  /** @throws FetchError */
  async get(datasetId: string, name: string): Promise<Blob> {
    return new Blob([await this.#store.bytes(addressOf(datasetId, name))]);
  }

  /**
   * Save; what stood under this name stands there until all of it has come.
   *
   * @throws FetchError saying why it is not saved
   */
  async put(datasetId: string, name: string, session: Blob): Promise<void> {
    const limits = readLimits(await this.#known());
    // No other upload has it: what comes of two under one name must not be mixed.
    const upload = ownName();
    try {
      await sendInParts(session, limits, {
        send: (piece, part) => {
          const query = new URLSearchParams({ upload, ...part });
          return this.#store.put(`${addressOf(datasetId, name)}?${query.toString()}`, piece);
        },
        untilExpired: false
      });
    } catch (error) {
      // A server that was started again may take something else.
      this.#info = null;
      throw error;
    }
  }

  /** Save for a page that goes: nobody hears how that went. Does nothing where it is too large. */
  putLast(datasetId: string, name: string, session: Blob): void {
    if (session.size <= LAST_BYTES) {
      this.#store.put(addressOf(datasetId, name), session, true).catch(() => undefined);
    }
  }

  #known(): Promise<JsonObject> {
    const asked = (this.#info ??= this.#store.info().then(info => object(info, 'info')));
    asked.catch(() => (this.#info = null));
    return asked;
  }
}

/** A name that nobody else has. */
export function ownName(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-');
}

function addressOf(...parts: readonly string[]): string {
  return ['autosaves', ...parts].map(encodeURIComponent).join('/');
}

function readEarlier(value: unknown, path: string): Earlier {
  const told = object(value, path);
  const savedAt = new Date(text(own(told, 'savedAt'), `${path}.savedAt`));
  if (Number.isNaN(savedAt.getTime())) {
    throw new CheckError(`${path}.savedAt`, 'a date');
  }
  return {
    name: text(own(told, 'name'), `${path}.name`),
    bytes: integer(own(told, 'bytes'), `${path}.bytes`, 0),
    savedAt,
    made: readMade(told, path)
  };
}

function readMade(told: JsonObject, path: string): Made | null {
  const read = (key: string): number | null =>
    optional(own(told, key), `${path}.${key}`, (value, at) => integer(value, at, 0));
  const [pages, groups, fields] = [read('nPages'), read('nGroups'), read('nFields')];
  return pages === null || groups === null || fields === null ? null : { pages, groups, fields };
}
