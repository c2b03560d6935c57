/** Steps along the graph of neighbours. */

/** Each edge once, as two cells. */
export interface Edges {
  readonly sources: Uint16Array | Uint32Array;
  readonly targets: Uint16Array | Uint32Array;
}

/** The neighbours of all cells, one list after the other. */
export interface Neighbours {
  /** Where each cell's list begins; one number more than there are cells. */
  readonly starts: Uint32Array;
  readonly cells: Uint32Array;
}

/** The neighbours of each cell; an edge joins both ways. */
export function neighboursOf({ sources, targets }: Edges, nCells: number): Neighbours {
  const starts = new Uint32Array(nCells + 1);
  for (let edge = 0; edge < sources.length; edge++) {
    starts[sources[edge]! + 1]!++;
    starts[targets[edge]! + 1]!++;
  }
  for (let cell = 0; cell < nCells; cell++) {
    starts[cell + 1]! += starts[cell]!;
  }
  const next = starts.slice(0, nCells);
  const cells = new Uint32Array(2 * sources.length);
  for (let edge = 0; edge < sources.length; edge++) {
    const a = sources[edge]!;
    const b = targets[edge]!;
    cells[next[a]!++] = b;
    cells[next[b]!++] = a;
  }
  return { starts, cells };
}

/** Numbers of steps that are told apart. */
export const MOST_STEPS = 254;
const NEVER = 255;

/**
 * A walk from a cell to its neighbours, their neighbours and so on, breadth first. It goes only as
 * far as it was asked, and remembers: a step more costs that step alone.
 */
export class Walk {
  /** In how many steps each cell is reached. */
  readonly #steps: Uint8Array;
  #front: Uint32Array;
  #taken = 0;

  /** @param mask - 1 for each cell that may be gone through; null for all */
  constructor(
    private readonly neighbours: Neighbours,
    from: number,
    private readonly mask: Uint8Array | null
  ) {
    this.#steps = new Uint8Array(neighbours.starts.length - 1).fill(NEVER);
    this.#steps[from] = 0;
    this.#front = Uint32Array.of(from);
  }

  /** The cells, ascending, that are reached in at most `steps`. */
  within(steps: number): Uint32Array {
    const most = Math.min(steps, MOST_STEPS);
    while (this.#taken < most && this.#front.length > 0) {
      this.#step();
    }
    const out = new Uint32Array(this.#steps.length);
    let n = 0;
    for (let cell = 0; cell < out.length; cell++) {
      if (this.#steps[cell]! <= most) {
        out[n++] = cell;
      }
    }
    return out.slice(0, n);
  }

  #step(): void {
    const { starts, cells } = this.neighbours;
    const reached = ++this.#taken;
    const front: number[] = [];
    for (const cell of this.#front) {
      const end = starts[cell + 1]!;
      for (let i = starts[cell]!; i < end; i++) {
        const next = cells[i]!;
        if (this.#steps[next] === NEVER && (this.mask === null || this.mask[next] === 1)) {
          this.#steps[next] = reached;
          front.push(next);
        }
      }
    }
    this.#front = Uint32Array.from(front);
  }
}
