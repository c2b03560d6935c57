/** The page's websocket: greets, numbers and acknowledges frames, and comes back by itself. */
import { Numbered, type Frame } from './numbered';

export interface Listener {
  /** The channel is open; the server's `welcome` says what it knows. */
  opened(welcome: Frame): void;
  /** A frame that was not handled before. */
  received(frame: Frame): void;
  /** The connection was lost, or not to be had at all, and is being tried again. */
  lost(wasOpen: boolean): void;
  /** The server has no such viewer, or does not speak with this page: no more tries. */
  refused(code: number, reason: string): void;
}

const PROTOCOL = 1;
const FIRST_DELAY = 200;
const LAST_DELAY = 5000;
const WELCOME_MILLISECONDS = 10_000;
const NO_SUCH_VIEWER = 4404;
/** A server that came back may not have heard from the kernel yet; it is asked again for so long. */
const MISSING_MILLISECONDS = 60_000;
/** Closed for good: not logged in, replaced, another protocol. */
const FINAL = [4401, 4409, 4426];

export class Channel {
  readonly #numbered = new Numbered();
  readonly #channelId = randomId();
  #socket: WebSocket | null = null;
  #open = false;
  #closed = false;
  #delay = FIRST_DELAY;
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** Until when a missing viewer may still come back; null before the first welcome. */
  #missingUntil: number | null = null;

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
    const patience = setTimeout(() => {
      // `close` may take minutes on a dead network, so this one is given up without its word.
      socket.close();
      this.#ended(socket, 1006, '');
    }, WELCOME_MILLISECONDS);
    socket.onopen = () => {
      this.#write({
        type: 'hello',
        protocol: PROTOCOL,
        channelId: this.#channelId,
        received: this.#numbered.received
      });
    };
    socket.onmessage = event => {
      const frame = socket === this.#socket ? parse(event.data) : null;
      if (frame?.type === 'welcome' && !this.#open) {
        clearTimeout(patience);
        this.#welcomed(frame);
      } else if (frame !== null) {
        this.#heard(frame);
      }
    };
    socket.onclose = event => {
      clearTimeout(patience);
      this.#ended(socket, event.code, event.reason);
    };
  }

  #welcomed(welcome: Frame): void {
    this.#open = true;
    this.#delay = FIRST_DELAY;
    this.#missingUntil = Infinity;
    if (welcome['resumed'] === true) {
      this.#numbered.acknowledge(welcome['received']);
    } else {
      this.#numbered.restart();
    }
    this.#numbered.unacknowledged().forEach(frame => this.#write(frame));
    this.listener.opened(welcome);
  }

  #heard(frame: Frame): void {
    if (frame.type === 'ack') {
      this.#numbered.acknowledge(frame['ack']);
    } else if (this.#open) {
      const fresh = this.#numbered.isNew(frame);
      this.#write({ type: 'ack', ack: this.#numbered.received });
      if (fresh) {
        this.listener.received(frame);
      }
    }
  }

  #ended(socket: WebSocket, code: number, reason: string): void {
    if (socket !== this.#socket || this.#closed) {
      return;
    }
    const wasOpen = this.#open;
    this.#socket = null;
    this.#open = false;
    if (FINAL.includes(code) || (code === NO_SUCH_VIEWER && !this.#mayComeBack())) {
      this.#closed = true;
      this.listener.refused(code, reason);
      return;
    }
    this.listener.lost(wasOpen);
    // Spread out, so that a restarted server is not met by all pages at once.
    this.#retry = setTimeout(() => this.#connect(), this.#delay * (0.5 + Math.random() / 2));
    this.#delay = Math.min(2 * this.#delay, LAST_DELAY);
  }

  #mayComeBack(): boolean {
    if (this.#missingUntil === null) {
      return false;
    }
    this.#missingUntil = Math.min(this.#missingUntil, Date.now() + MISSING_MILLISECONDS);
    return Date.now() < this.#missingUntil;
  }

  #write(frame: Frame): void {
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify(frame));
    }
  }
}

/** `crypto.randomUUID` is only there over HTTPS and on localhost. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

/** A frame out of the websocket's text; null for what is none. */
function parse(data: unknown): Frame | null {
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
