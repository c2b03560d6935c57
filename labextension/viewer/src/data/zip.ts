/** Zip files, put together a piece at a time: the browser may keep what is ready on disk. */
import { makeZip } from 'client-zip';

export interface Entry {
  readonly path: string;
  readonly body: Blob | ReadableStream<Uint8Array>;
}

/**
 * A zip of files as they come; they are stored as they are.
 *
 * @throws what goes wrong with the files.
 */
export async function zip(entries: AsyncIterable<Entry>): Promise<Blob> {
  // A stream that broke off tells another error than what broke it.
  let broken: unknown = null;
  const named = async function* (): AsyncGenerator<{ name: string; input: Entry['body'] & object }> {
    try {
      for await (const { path, body } of entries) {
        yield { name: path, input: body };
      }
    } catch (error) {
      broken = error;
      throw error;
    }
  };
  try {
    return await new Response(makeZip(named())).blob();
  } catch (error) {
    throw broken ?? error;
  }
}
