/** Gzip, and back with a bound. */
import { CheckError } from './check';

/** Deflate can't do better than 1032 to 1, so a larger promise is a lie. */
const BEST_RATIO = 1032;
const LEAST = 1024;

export async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * Inflate to exactly `size` bytes; more is never taken, however much there is.
 *
 * @throws CheckError with `path` where it is not gzip, or not of that size.
 */
export async function gunzip(
  stored: ArrayBuffer | Uint8Array<ArrayBuffer>,
  size: number,
  path: string
): Promise<ArrayBuffer> {
  if (size > stored.byteLength * BEST_RATIO + LEAST) {
    throw new CheckError(path, `gzip of ${size} bytes, which ${stored.byteLength} can’t hold`);
  }
  const out = new Uint8Array(size);
  let at = 0;
  const reader = new Blob([stored])
    .stream()
    .pipeThrough(new DecompressionStream('gzip'))
    .getReader();
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new CheckError(path, 'whole gzip');
    });
    if (done) {
      break;
    }
    if (at + value.length > size) {
      await reader.cancel().catch(() => undefined);
      throw new CheckError(path, `${size} bytes after gzip, and found more`);
    }
    out.set(value, at);
    at += value.length;
  }
  if (at !== size) {
    throw new CheckError(path, `${size} bytes after gzip, not ${at}`);
  }
  return out.buffer;
}
