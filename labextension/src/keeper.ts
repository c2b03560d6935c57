/**
 * Keeps what pages hand over, in memory, by viewer.
 *
 * A frame that is taken off the document and put back loads anew: its page would begin from
 * nothing. Two frames of one viewer share what is kept; the one that kept last wins.
 */
export class Keeper {
  /** @param limit - How many viewers; beyond it, the one kept longest ago is forgotten. */
  constructor(private readonly limit = 32) {}

  keep(viewerId: string, state: unknown): void {
    // A copy of our own: an object of the page's would hold its whole window after it has gone.
    const copy: unknown = structuredClone(state);
    this.states.delete(viewerId);
    this.states.set(viewerId, copy);
    for (const oldest of this.states.keys()) {
      if (this.states.size <= this.limit) {
        break;
      }
      this.states.delete(oldest);
    }
  }

  /** What was kept last; null if nothing was. */
  kept(viewerId: string): unknown {
    return this.states.get(viewerId) ?? null;
  }

  private readonly states = new Map<string, unknown>();
}
