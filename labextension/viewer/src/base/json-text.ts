/** JSON from strangers: a small text must not cost much memory or time to parse. */
import { CheckError } from './check';

/** In memory a value of three bytes takes up to a hundred. */
const MOST_VALUES = 2_000_000;
/** As deep as Python reads. */
const DEEPEST = 900;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPENING = [0x5b, 0x7b];
const CLOSING = [0x5d, 0x7d];

/**
 * Parse UTF-8 as JSON; what is too much is refused before.
 *
 * @throws CheckError with `path`.
 */
export function readJson(bytes: Uint8Array, path: string): unknown {
  checkSize(bytes, path);
  try {
    // A mark of byte order is no part of JSON.
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return JSON.parse(decoder.decode(bytes)) as unknown;
  } catch (error) {
    throw new CheckError(path, `JSON in UTF-8 (${error instanceof Error ? error.message : ''})`);
  }
}

/** Count values as the Python side does, marks in texts among them; depth is that of the values. */
function checkSize(bytes: Uint8Array, path: string): void {
  let values = 0;
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    const opens = byte === OPENING[0] || byte === OPENING[1];
    if (opens || byte === COMMA) {
      values++;
    }
    if (byte === QUOTE) {
      quoted = !quoted;
    } else if (quoted) {
      // What is escaped ends no text.
      i += byte === BACKSLASH ? 1 : 0;
    } else if (opens) {
      deepest = Math.max(deepest, ++depth);
    } else if (byte === CLOSING[0] || byte === CLOSING[1]) {
      depth--;
    }
  }
  if (values > MOST_VALUES) {
    throw new CheckError(path, `at most ${MOST_VALUES} values, not ${values}`);
  }
  if (deepest > DEEPEST) {
    throw new CheckError(path, `JSON nested at most ${DEEPEST} deep, not ${deepest}`);
  }
}
