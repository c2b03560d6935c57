// @vitest-environment jsdom
import { expect, it } from 'vitest';

import { FileExists, Folder, type Sending, type Storage } from '../../src/data/contents';
import { FetchError } from '../../src/data/fetch';

const NAME = 'work.cellucid-session';
const PATH = `notebooks/${NAME}`;
const PART = 60;

/** Jupyter's contents service over a map, as far as it is used; each request may fail. */
class Service implements Storage {
  readonly files = new Map<string, string>();
  requests = 0;
  /** Called with the number of each request: before it is done, and after. */
  before: (request: number, method: string) => void = () => undefined;
  after: (request: number) => void = () => undefined;
  /** Whether it puts parts together. */
  knowsParts = true;

  async contents(
    method: string,
    path: string,
    model: Readonly<Record<string, unknown>> = {}
  ): Promise<unknown> {
    const request = ++this.requests;
    this.before(request, method);
    const answer = await Promise.resolve(this.#do(method, path, model));
    this.after(request);
    return answer;
  }

  #do(method: string, path: string, model: Readonly<Record<string, unknown>>): unknown {
    if (method === 'PUT') {
      expect(String(model['content']).length).toBeLessThanOrEqual((PART * 4) / 3);
      const first = !this.knowsParts || model['chunk'] === undefined || model['chunk'] === 1;
      this.files.set(path, (first ? '' : this.#file(path)) + atob(String(model['content'])));
    } else if (method === 'PATCH') {
      const [to, content] = [String(model['path']), this.#file(path)];
      if (this.files.has(to)) {
        throw new FetchError('File already exists', 409, '');
      }
      this.files.delete(path);
      this.files.set(to, content);
    } else if (path === 'notebooks') {
      return { type: 'directory', size: null };
    } else if (method === 'DELETE') {
      this.#file(path);
      this.files.delete(path);
    }
    return method === 'GET' ? { type: 'file', size: this.#file(path).length } : null;
  }

  #file(path: string): string {
    const file = this.files.get(path);
    if (file === undefined) {
      throw new FetchError('No such file', 404, '');
    }
    return file;
  }
}

const sending = (parts: Partial<Sending> = {}): Sending => ({
  replace: false,
  signal: new AbortController().signal,
  progress: () => undefined,
  ...parts
});

const content = (length: number): string =>
  Array.from({ length }, (_, i) => String.fromCharCode((i * 7 + (i >> 8)) % 256)).join('');
const blobOf = (bytes: string): Blob =>
  new Blob([Uint8Array.from(bytes, character => character.charCodeAt(0))]);

const NEW = content(2 * PART + 5);

it.each([0, 1, PART, PART + 1, 2 * PART + 5])(
  'stores %d bytes as they are, and nothing else',
  async length => {
    const service = new Service();
    const shares: number[] = [];
    const file = NEW.slice(0, length);
    await new Folder(service, 'notebooks', PART).store(
      NAME,
      blobOf(file),
      sending({ progress: share => shares.push(share) })
    );
    expect([...service.files.keys()]).toEqual([PATH]);
    expect(service.files.get(PATH) === file).toBe(true);
    expect(shares.at(-1)).toBe(1);
    expect(shares.length).toBe(Math.max(1, Math.ceil(length / PART)));
  }
);

it('replaces nothing unasked, and finds a name that is free', async () => {
  const service = new Service();
  service.files.set(PATH, 'old').set('notebooks/work-2.cellucid-session', 'older');
  const folder = new Folder(service, 'notebooks', PART);
  await expect(folder.store(NAME, blobOf('new'), sending())).rejects.toBeInstanceOf(FileExists);
  expect(service.files.get(PATH)).toBe('old');
  expect(await folder.freeName(NAME)).toBe('work-3.cellucid-session');
  expect(await folder.store(NAME, blobOf('new'), sending({ replace: true }))).toBeNull();
  expect(service.files.get(PATH)).toBe('new');
  expect(service.files.size).toBe(2);
});

it.each(['before', 'after'] as const)(
  'keeps the old file or the new one, whole, where the connection is cut %s any request is done',
  async when => {
    for (const [replace, forGood] of [false, true].flatMap(a => [false, true].map(b => [a, b] as const))) {
      for (let cut = 1; ; cut++) {
        const service = new Service();
        if (replace) {
          service.files.set(PATH, 'old');
        }
        service[when] = request => {
          if (forGood ? request >= cut : request === cut) {
            throw new FetchError('cut', 0, 'unreachable');
          }
        };
        const folder = new Folder(service, 'notebooks', PART);
        const stored = await folder
          .store(NAME, blobOf(NEW), sending({ replace }))
          .catch((error: unknown) => error as Error);
        const done = !(stored instanceof Error);
        const files = [...service.files.values()];
        if (!done) {
          // What stood there stands somewhere, and the person is told where.
          expect(files.filter(file => file === 'old').length).toBe(replace ? 1 : 0);
        }
        for (const [path, file] of service.files) {
          const told = done ? (stored ?? '') : stored.message;
          const whole = file === 'old' || file === NEW;
          expect(path === PATH ? whole : told.includes(path), `${cut}: ${path}`).toBe(true);
        }
        if (service.requests < cut) {
          expect(service.files.get(PATH) === NEW).toBe(true);
          break;
        }
      }
    }
  }
);

it('removes what had come when it is cancelled', async () => {
  const service = new Service();
  const end = new AbortController();
  const stored = new Folder(service, 'notebooks', PART).store(
    NAME,
    blobOf(NEW),
    sending({ signal: end.signal, progress: () => end.abort() })
  );
  await expect(stored).rejects.toThrow('aborted');
  expect(service.files.size).toBe(0);
});

it('does not take the last part for the file where parts are not known', async () => {
  const service = new Service();
  service.knowsParts = false;
  const stored = new Folder(service, 'notebooks', PART).store(NAME, blobOf(NEW), sending());
  await expect(stored).rejects.toThrow('did not put the file together');
  expect(service.files.size).toBe(0);
});

it.each([
  [403, '', 'does not let you write in “notebooks”'],
  [413, '', 'limit must be raised'],
  [507, '', 'disk is full'],
  [500, 'Unexpected error: [Errno 28] No space left on device', 'disk is full'],
  [500, 'Something else', 'Something else']
])('says what to do about %d', async (status, message, words) => {
  const service = new Service();
  service.before = (_, method) => {
    if (method === 'PUT') {
      throw new FetchError(message, status, '');
    }
  };
  const stored = new Folder(service, 'notebooks', PART).store(NAME, blobOf('x'), sending());
  await expect(stored).rejects.toThrow(words);
  expect(service.files.size).toBe(0);
});

it('says that there is no folder, or no such service', async () => {
  const service = new Service();
  const store = (path: string): Promise<unknown> =>
    new Folder(service, path).store(NAME, blobOf('x'), sending());
  await expect(store('gone')).rejects.toThrow('no folder “gone”');
  await expect(store('')).rejects.toThrow('no folder to keep files in');
});
