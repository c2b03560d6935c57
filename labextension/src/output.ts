/** What a viewer's output in a notebook says; it may come from anybody's notebook. */

export const MIME_TYPE = 'application/vnd.cellucid.viewer.v1+json';

export interface Output {
  readonly viewerId: string;
  /** In CSS pixels, within what fits a notebook. */
  readonly height: number;
  readonly title: string;
}

const ID = /^[A-Za-z0-9_-]{1,64}$/;
const MIN_HEIGHT = 200;
const MAX_HEIGHT = 2000;
const MAX_TITLE = 200;

export class OutputError extends Error {}

/**
 * Read the output's data.
 *
 * @throws OutputError if it is not a viewer's, with the name of what is wrong.
 */
export function readOutput(data: unknown): Output {
  if (typeof data !== 'object' || data === null) {
    throw new OutputError('expected a JSON object');
  }
  const { viewerId, height, title } = data as Record<string, unknown>;
  if (typeof viewerId !== 'string' || !ID.test(viewerId)) {
    throw new OutputError('viewerId: expected 1 to 64 of A-Z a-z 0-9 _ -');
  }
  if (typeof height !== 'number' || !Number.isFinite(height)) {
    throw new OutputError('height: expected a number of pixels');
  }
  if (typeof title !== 'string') {
    throw new OutputError('title: expected a text');
  }
  return {
    viewerId,
    height: Math.min(Math.max(Math.round(height), MIN_HEIGHT), MAX_HEIGHT),
    title: title.slice(0, MAX_TITLE)
  };
}
