/** A websocket server of a few lines (RFC 6455, text frames in one piece), to test the page's end against. */
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

type Json = Record<string, unknown>;

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** One connection of a page. */
export class Peer {
  readonly #waiting: ((frame: Json) => void)[] = [];
  readonly #frames: Json[] = [];
  #rest = Buffer.alloc(0);

  constructor(private readonly stream: Duplex) {
    stream.on('data', (piece: Buffer) => this.#take(piece));
    stream.on('error', () => stream.destroy());
  }

  /** The next frame the page sent. */
  next(): Promise<Json> {
    const frame = this.#frames.shift();
    return frame
      ? Promise.resolve(frame)
      : new Promise(resolve => {
          this.#waiting.push(resolve);
        });
  }

  send(frame: Json | string): void {
    const text = Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame));
    this.#write(0x81, text);
  }

  /** Close with a code, as a server does. */
  close(code: number): void {
    const body = Buffer.alloc(2);
    body.writeUInt16BE(code);
    this.#write(0x88, body);
    this.stream.end();
  }

  /** Break off without a word. */
  drop(): void {
    this.stream.destroy();
  }

  #write(head: number, body: Buffer): void {
    const length =
      body.length < 126 ? [body.length] : [126, body.length >> 8, body.length & 255];
    this.stream.write(Buffer.concat([Buffer.from([head, ...length]), body]));
  }

  #take(piece: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, piece]);
    for (;;) {
      const short = (this.#rest[1] ?? 0) & 127;
      const start = short === 127 ? 14 : short === 126 ? 8 : 6;
      if (this.#rest.length < start) {
        return;
      }
      const length =
        short === 127
          ? Number(this.#rest.readBigUInt64BE(2))
          : short === 126
            ? this.#rest.readUInt16BE(2)
            : short;
      if (this.#rest.length < start + length) {
        return;
      }
      const mask = this.#rest.subarray(start - 4, start);
      const body = this.#rest.subarray(start, start + length).map((b, i) => b ^ mask[i % 4]!);
      if ((this.#rest[0]! & 15) === 1) {
        this.#heard(JSON.parse(Buffer.from(body).toString()) as Json);
      }
      this.#rest = this.#rest.subarray(start + length);
    }
  }

  #heard(frame: Json): void {
    const waiting = this.#waiting.shift();
    if (waiting) {
      waiting(frame);
    } else {
      this.#frames.push(frame);
    }
  }
}

export class SocketServer {
  /** Answer 403 instead of a websocket. */
  refuses = false;
  /** How many websockets were asked for. */
  asked = 0;
  readonly #http: Server = createServer();
  readonly #peers: Peer[] = [];
  readonly #waiting: ((peer: Peer) => void)[] = [];

  static async start(): Promise<SocketServer> {
    const server = new SocketServer();
    server.#http.on('upgrade', (request, stream) => {
      server.asked += 1;
      if (server.refuses) {
        stream.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      const key = request.headers['sec-websocket-key'] ?? '';
      const accept = createHash('sha1').update(key + GUID).digest('base64');
      stream.write(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
          `Sec-WebSocket-Accept: ${accept}\r\n\r\n`
      );
      const peer = new Peer(stream);
      const waiting = server.#waiting.shift();
      if (waiting) {
        waiting(peer);
      } else {
        server.#peers.push(peer);
      }
    });
    await new Promise<void>(resolve => server.#http.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#http.address() as AddressInfo).port}/`;
  }

  /** The next connection that is made. */
  accept(): Promise<Peer> {
    const peer = this.#peers.shift();
    return peer
      ? Promise.resolve(peer)
      : new Promise(resolve => {
          this.#waiting.push(resolve);
        });
  }

  stop(): void {
    this.#http.closeAllConnections();
    this.#http.close();
  }
}
