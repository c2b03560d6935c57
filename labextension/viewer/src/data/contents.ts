/**
 * Files beside the notebook, through Jupyter's contents service: sent in parts to a name of their
 * own, and put in their place once they are whole.
 */
import { object, own, type JsonObject } from '../base/check';
import { text } from '../text';
import { FetchError, type Server } from './fetch';

/** What it needs of a `Server`. */
export type Storage = Pick<Server, 'contents'>;

/** Bytes of a part. In base64 it is below the megabyte that proxies let through, and packed in no time. */
const PART_BYTES = 300_000;

const MOST_NAMES = 1000;

/** How a file is sent. */
export interface Sending {
  /** Whether a file that stands there is replaced. */
  readonly replace: boolean;
  /** Ends it between two parts. */
  readonly signal: AbortSignal;
  /** Called with the share that was sent, up to 1. */
  readonly progress: (share: number) => void;
}

/** Something stands there already, and nobody said that it may be replaced. */
export class FileExists extends Error {
  constructor(path: string) {
    super(text.fileExists(path));
    this.name = 'FileExists';
  }
}

/** A folder of the server. */
export class Folder {
  readonly #storage: Storage;

  /**
   * @param path - below the server's root folder, whose own is empty
   * @param partBytes - how much is sent at a time
   */
  constructor(
    storage: Storage,
    readonly path: string,
    private readonly partBytes = PART_BYTES
  ) {
    this.#storage = storage;
  }

  /** The path of a file in this folder. */
  below(name: string): string {
    return this.path === '' ? name : `${this.path}/${name}`;
  }

  /** A name like this one that nothing has here: with `-2` before its end, or a higher number. */
  async freeName(name: string): Promise<string> {
    const [, stem = name, end = ''] = /^(.+)(\.[^.]*)$/s.exec(name) ?? [];
    for (let i = 2; i < MOST_NAMES; i++) {
      const other = `${stem}-${i}${end}`;
      if ((await this.#find(this.below(other))) === null) {
        return other;
      }
    }
    throw new FileExists(this.below(name));
  }

  /**
   * Store a file. What stands under its name stays as it is until all of the new one has come.
   *
   * @returns the path that the file it replaced has now; null where that is gone, or there was none
   * @throws FileExists, FetchError, and what `signal` was aborted with
   */
  async store(name: string, file: Blob, sending: Sending): Promise<string | null> {
    const path = this.below(name);
    await this.#checkFolder();
    const there = await this.#find(path);
    if (there !== null && (!sending.replace || own(there, 'type') === 'directory')) {
      throw new FileExists(path);
    }
    const part = `${path}.${unlikely()}.part`;
    try {
      await this.#send(part, file, sending);
      if (there !== null) {
        return await this.#exchange(part, path);
      }
      await this.#rename(part, path);
      return null;
    } catch (error) {
      if (!(await this.#remove(part)) && error instanceof FetchError) {
        throw new FetchError(text.partLeft(error.message, part), error.status, error.code);
      }
      throw error;
    }
  }

  async #checkFolder(): Promise<void> {
    const folder = await this.#find(this.path);
    if (folder === null || own(folder, 'type') !== 'directory') {
      const words = this.path === '' ? text.noContents : text.noFolder(this.path);
      throw new FetchError(words, 404, 'no-folder');
    }
  }

  async #send(path: string, file: Blob, { signal, progress }: Sending): Promise<void> {
    const { partBytes } = this;
    const parts = Math.max(1, Math.ceil(file.size / partBytes));
    for (let part = 1; part <= parts; part++) {
      signal.throwIfAborted();
      const content = await base64(file.slice((part - 1) * partBytes, part * partBytes));
      const chunk = parts === 1 ? {} : { chunk: part === parts ? -1 : part };
      await this.#ask('PUT', path, { type: 'file', format: 'base64', content, ...chunk });
      progress(part / parts);
    }
    signal.throwIfAborted();
    const stored = await this.#find(path);
    // A service that knows no parts keeps the last one, and a browser may send one twice.
    if (stored === null || own(stored, 'size') !== file.size) {
      throw new FetchError(text.notWhole, 0, 'not-whole');
    }
  }

  /** Put a file in the place of another, which is removed only then. */
  async #exchange(part: string, path: string): Promise<string | null> {
    const before = `${path}.${unlikely()}.before`;
    try {
      await this.#rename(path, before);
      await this.#rename(part, path);
    } catch (error) {
      await this.#rename(before, path).catch(() => {
        throw new FetchError(text.oldKept(before), 0, 'old-kept');
      });
      throw error;
    }
    return (await this.#remove(before)) ? null : before;
  }

  async #rename(from: string, to: string): Promise<void> {
    try {
      await this.#ask('PATCH', from, { path: to });
    } catch (error) {
      if (error instanceof FetchError && error.status === 409) {
        throw new FileExists(to);
      }
      // It may have been done, and only the answer be lost.
      if ((await this.#find(from)) !== null || (await this.#find(to)) === null) {
        throw error;
      }
    }
  }

  /** False where it can't be. */
  async #remove(path: string): Promise<boolean> {
    await this.#ask('DELETE', path).catch(() => null);
    return this.#find(path).then(
      left => left === null,
      () => false
    );
  }

  /** What is told of a file or folder; null where there is none. */
  async #find(path: string): Promise<JsonObject | null> {
    try {
      return object(await this.#ask('GET', path), 'contents');
    } catch (error) {
      if (error instanceof FetchError && error.status === 404) {
        return null;
      }
      throw error;
    }
  }

  async #ask(...request: Parameters<Storage['contents']>): Promise<unknown> {
    try {
      return await this.#storage.contents(...request);
    } catch (error) {
      throw error instanceof FetchError ? this.#explained(error) : error;
    }
  }

  #explained(error: FetchError): FetchError {
    const { status, code, message } = error;
    const full = status === 507 || message.includes('No space left');
    const words = { 401: text.loginExpired, 403: text.mayNotWrite(this.path), 413: text.partRefused }[status];
    return new FetchError(full ? text.serverFull : (words ?? message), status, code);
  }
}

/** A part of a name that no other has. */
function unlikely(): string {
  return crypto.getRandomValues(new Uint32Array(1))[0]!.toString(36);
}

/** The browser does it beside the page, which goes on meanwhile. */
function base64(piece: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => {
      const address = reader.result as string;
      resolve(address.slice(address.indexOf(',') + 1));
    };
    reader.onerror = () => reject(reader.error ?? new Error(text.notRead));
    reader.readAsDataURL(piece);
  });
}
