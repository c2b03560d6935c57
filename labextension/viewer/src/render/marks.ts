/** The cells with a halo, the same in all views: rows of confirmed groups by colour, and candidates. */
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

export class Marks {
  private highlighted: readonly Marked[] = [];
  private readonly buffers: Buffer[] = [];
  private readonly candidates: Buffer;

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

  /** In the order in which they are drawn. */
  all(candidate: Rgb): readonly Marked[] {
    const last = { color: candidate, rows: this.candidates, share: 0.36 };
    return [...this.highlighted, last].filter(({ rows }) => rows.length > 0);
  }

  private rows(): Buffer {
    return new Buffer(this.gpu, 'ELEMENT_ARRAY_BUFFER', NO_CELLS);
  }
}
