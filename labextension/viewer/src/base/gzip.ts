/** Gzip, and back with a bound: by workers, and where there are none, in place. */
import { CheckError } from './check';
import { longest, Packers } from './packers';
import { pack, type Packed, type Packing } from './packing';

/** What is done sooner than sent elsewhere. */
const SMALL = 16 * 1024;

const packers = new Packers(
  () => new Worker(new URL('./packing-worker.ts', import.meta.url), { type: 'module' })
);

export async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return bytesOf(await packed({ work: 'gzip', bytes }), 'bytes');
}

/**
 * Inflate to at most `size` bytes; more is never taken, however much there is.
 *
 * @throws CheckError with `path` where it is not whole gzip, or more.
 */
export async function gunzip(
  stored: ArrayBuffer | Uint8Array<ArrayBuffer>,
  size: number,
  path: string
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = stored instanceof Uint8Array ? stored : new Uint8Array(stored);
  return bytesOf(await packed({ work: 'gunzip', bytes, size }), path);
}

async function packed(task: Packing): Promise<Packed> {
  const elsewhere = longest(task) >= SMALL ? await packers.ask(task) : null;
  return elsewhere ?? pack(task);
}

function bytesOf(answer: Packed, path: string): Uint8Array<ArrayBuffer> {
  if ('expected' in answer) {
    throw new CheckError(path, answer.expected);
  }
  return answer.bytes;
}
