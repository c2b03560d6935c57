/** The cells with a halo, the same in all views: rows of confirmed groups by colour, and candidates. */
import { sampleOf } from '../cells/sample';
import type { Halo } from '../state/halos';
import { Buffer, type Gpu } from './gpu';
import { rgb, type Rgb } from './paint';

const NO_CELLS = new Uint32Array(0);

/** Some of the cells, and how wide their halo is as a share of a cell's size. */
export interface Marked {
  readonly color: Rgb;
  readonly rows: Buffer;
  readonly share: number;
}

/** Rows on the graphics card: all of them, and some of them for a camera that moves. */
class Rows {
  private readonly all: Buffer;
  private readonly few: Buffer;
  /** The share of them that `few` has. */
  private share = 0;

  constructor(
    gpu: Gpu,
    private cells: Uint32Array
  ) {
    this.all = new Buffer(gpu, 'ELEMENT_ARRAY_BUFFER', cells);
    this.few = new Buffer(gpu, 'ELEMENT_ARRAY_BUFFER', NO_CELLS);
  }

  get length(): number {
    return this.cells.length;
  }

  set(cells: Uint32Array): void {
    this.cells = cells;
    this.all.set(cells);
    this.few.set(NO_CELLS);
    this.share = 0;
  }

  part(share: number): Buffer {
    if (share === 1) {
      return this.all;
    }
    if (share !== this.share) {
      this.share = share;
      this.few.set(sampleOf(this.cells, share));
    }
    return this.few;
  }
}

export class Marks {
  private highlighted: readonly (Omit<Marked, 'rows'> & { readonly rows: Rows })[] = [];
  private readonly buffers: Rows[] = [];
  private readonly candidates: Rows;

  constructor(private readonly gpu: Gpu) {
    this.candidates = this.rows();
  }

  get hasCandidates(): boolean {
    return this.candidates.length > 0;
  }

  /** Cells of confirmed groups. */
  highlight(halos: readonly Halo[]): void {
    this.highlighted = halos.map(({ color, cells }, i) => {
      const rows = (this.buffers[i] ??= this.rows());
      rows.set(cells);
      return { color: rgb(color), rows, share: 0.26 };
    });
    this.buffers.slice(halos.length).forEach(rows => rows.set(NO_CELLS));
  }

  /** The candidates; null for none. */
  select(cells: Uint32Array | null): void {
    this.candidates.set(cells ?? NO_CELLS);
  }

  /**
   * In the order in which they are drawn.
   *
   * @param part - the share of all cells that is drawn: of these it is the same
   */
  all(candidate: Rgb, part: number): readonly Marked[] {
    const last = { color: candidate, rows: this.candidates, share: 0.36 };
    return [...this.highlighted, last]
      .filter(({ rows }) => rows.length > 0)
      .map(marked => ({ ...marked, rows: marked.rows.part(part) }));
  }

  private rows(): Rows {
    return new Rows(this.gpu, NO_CELLS);
  }
}
