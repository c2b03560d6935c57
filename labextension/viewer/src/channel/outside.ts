/** Commands of the page around, for people who embed the viewer in pages of their own. */
import type { Frame } from './numbered';

/**
 * Listens to `postMessage` of the page around. Only messages with the viewer's token are heard: the
 * kernel knows it as `viewer.viewer_token`.
 */
export class Outside {
  /** What messages must show; nothing is heard before the server has told it. */
  token: unknown = null;

  constructor(
    private readonly viewerId: string,
    private readonly obey: (frame: Frame) => void
  ) {
    window.addEventListener('message', this.#hear);
  }

  close(): void {
    window.removeEventListener('message', this.#hear);
  }

  readonly #hear = ({ data, source }: MessageEvent<unknown>): void => {
    if (source !== window.parent || typeof data !== 'object' || data === null) {
      return;
    }
    const { viewerId, viewerToken, ...frame } = data as Readonly<Record<string, unknown>>;
    const known = typeof this.token === 'string' && this.token !== '';
    if (known && viewerToken === this.token && viewerId === this.viewerId) {
      if (typeof frame['type'] === 'string') {
        this.obey({ ...frame, type: frame['type'] });
      }
    }
  };
}
