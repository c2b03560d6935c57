/**
 * One end of a conversation that survives a lost websocket: the page's half of `Numbered` in
 * `cellucid_ext/protocol.py`. Frames are kept until acknowledged; repeated ones are recognised.
 */
export type Frame = Readonly<Record<string, unknown>> & { readonly type: string };

const LIMIT = 10_000;

export class Numbered {
  #received = 0;
  #sent = 0;
  #kept: (Frame & { readonly seq: number })[] = [];

  get received(): number {
    return this.#received;
  }

  /** Number a message and keep it; null when the peer has been away for too long. */
  add(message: Frame): Frame | null {
    if (this.#kept.length >= LIMIT) {
      return null;
    }
    const frame = { ...message, seq: ++this.#sent };
    this.#kept.push(frame);
    return frame;
  }

  acknowledge(seq: unknown): void {
    if (typeof seq === 'number') {
      this.#kept = this.#kept.filter(frame => frame.seq > seq);
    }
  }

  /** Whether a received frame is to be handled. */
  isNew(frame: Frame): boolean {
    const { seq } = frame;
    if (typeof seq !== 'number' || seq <= this.#received) {
      return false;
    }
    this.#received = seq;
    return true;
  }

  unacknowledged(): readonly Frame[] {
    return this.#kept;
  }

  /** Begin anew with a peer that forgot; what was not acknowledged is numbered again. */
  restart(): void {
    const waiting = this.#kept;
    this.#kept = [];
    this.#sent = this.#received = 0;
    waiting.forEach(frame => this.add(frame));
  }
}
