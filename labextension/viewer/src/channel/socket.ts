/** The page's websocket: greets, numbers and acknowledges frames, and comes back by itself. */
import { Numbered, type Frame } from './numbered';

export interface Listener {
  /** The channel is open; `kernelConnected` as the server knows it. */
  opened(kernelConnected: boolean): void;
  /** A frame that was not handled before. */
  received(frame: Frame): void;
  /** The connection was lost and is being tried again. */
  lost(): void;
  /** The server has no such viewer, or does not speak with this page: no more tries. */
  refused(code: number, reason: string): void;
}

const PROTOCOL = 1;
const FIRST_DELAY = 200;
const LAST_DELAY = 5000;
const WELCOME_MILLISECONDS = 10_000;
/** Closed for good: not logged in, no such viewer, replaced, another protocol. */
const FINAL = [4401, 4404, 4409, 4426];

export class Channel {
  readonly #numbered = new Numbered();
  readonly #channelId = crypto.randomUUID();
  #socket: WebSocket | null = null;
  #open = false;
  #closed = false;
  #delay = FIRST_DELAY;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly url: string,
    private readonly listener: Listener
  ) {
    this.#connect();
  }

  /** Send a message now, or as soon as the connection is back; false if too many wait already. */
  send(message: Frame): boolean {
    const frame = this.#numbered.add(message);
    if (frame !== null && this.#open) {
      this.#write(frame);
    }
    return frame !== null;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#socket?.close(1000);
  }

  #connect(): void {
    const socket = new WebSocket(this.url);
    this.#socket = socket;
    const patience = setTimeout(() => socket.close(), WELCOME_MILLISECONDS);
    socket.onopen = () => {
      this.#write({
        type: 'hello',
        protocol: PROTOCOL,
        channelId: this.#channelId,
        received: this.#numbered.received
      });
    };
    socket.onmessage = event => {
      const frame = read(event.data);
      if (frame === null) {
        return;
      }
      if (frame.type === 'welcome' && !this.#open) {
        clearTimeout(patience);
        this.#welcomed(frame);
      } else if (frame.type === 'ack') {
        this.#numbered.acknowledge(frame['ack']);
      } else if (this.#open) {
        const fresh = this.#numbered.isNew(frame);
        this.#write({ type: 'ack', ack: this.#numbered.received });
        if (fresh) {
          this.listener.received(frame);
        }
      }
    };
    socket.onclose = event => {
      clearTimeout(patience);
      this.#open = false;
      if (this.#closed) {
        return;
      }
      if (FINAL.includes(event.code)) {
        this.#closed = true;
        this.listener.refused(event.code, event.reason);
        return;
      }
      this.listener.lost();
      // Spread out, so that a restarted server is not met by all pages at once.
      this.#retry = setTimeout(() => this.#connect(), this.#delay * (0.5 + Math.random() / 2));
      this.#delay = Math.min(2 * this.#delay, LAST_DELAY);
    };
  }

  #welcomed(welcome: Frame): void {
    this.#open = true;
    this.#delay = FIRST_DELAY;
    if (welcome['resumed'] === true) {
      this.#numbered.acknowledge(welcome['received']);
    } else {
      this.#numbered.restart();
    }
    this.#numbered.unacknowledged().forEach(frame => this.#write(frame));
    this.listener.opened(welcome['kernelConnected'] === true);
  }

  #write(frame: Frame): void {
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify(frame));
    }
  }
}

function read(data: unknown): Frame | null {
  if (typeof data !== 'string') {
    return null;
  }
  try {
    const value: unknown = JSON.parse(data);
    const named = typeof value === 'object' && value !== null && 'type' in value;
    return named && typeof value.type === 'string' ? (value as Frame) : null;
  } catch {
    return null;
  }
}
