/** Gzip, and back with a bound, in the thread it is called in. */

/** What is to be done with bytes. */
export type Packing =
  | { readonly work: 'gzip'; readonly bytes: Uint8Array<ArrayBuffer> }
  /** `size` is how many there may be after it. */
  | { readonly work: 'gunzip'; readonly bytes: Uint8Array<ArrayBuffer>; readonly size: number };

/** What came of it: other bytes, or what was expected of those that were given. */
export type Packed =
  | { readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly expected: string };

/** Deflate can't do better than 1032 to 1, so that more need not be held ready. */
const BEST_RATIO = 1032;
const LEAST = 1024;

/** Bytes inflated at a time: a browser holds all that comes of them before it gives any. */
const PIECE = 16 * 1024;

export function pack(task: Packing): Promise<Packed> {
  return task.work === 'gzip' ? gzipped(task.bytes) : gunzipped(task.bytes, task.size);
}

async function gzipped(bytes: Uint8Array<ArrayBuffer>): Promise<Packed> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'));
  return { bytes: new Uint8Array(await new Response(stream).arrayBuffer()) };
}

/** At most `size` bytes; more is never taken, however much there is. */
async function gunzipped(stored: Uint8Array<ArrayBuffer>, size: number): Promise<Packed> {
  const out = new Uint8Array(Math.min(size, stored.length * BEST_RATIO + LEAST));
  let at = 0;
  const reader = inPieces(stored).pipeThrough(new DecompressionStream('gzip')).getReader();
  for (;;) {
    const piece = await reader.read().catch(() => null);
    if (piece === null) {
      return { expected: 'whole gzip' };
    }
    if (piece.done) {
      break;
    }
    if (at + piece.value.length > out.length) {
      await reader.cancel().catch(() => undefined);
      return { expected: `${size} bytes after gzip, and found more` };
    }
    out.set(piece.value, at);
    at += piece.value.length;
  }
  return { bytes: at === out.length ? out : out.slice(0, at) };
}

function inPieces(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream(
    {
      pull: controller => {
        if (at < bytes.length) {
          controller.enqueue(bytes.subarray(at, (at += PIECE)));
        } else {
          controller.close();
        }
      }
    },
    { highWaterMark: 0 }
  );
}
