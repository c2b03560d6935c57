/** How much of the cells is drawn while a camera moves: as much as keeps up with it. */
import { sampleRows } from '../cells/sample';
import { Buffer, type Gpu } from './gpu';

/** Of more cells than that, all views together, only some are drawn. */
const MOST_MOVING = 2_000_000;
const SAMPLE = 1_000_000;
/** So long after the last move the camera rests. */
const MOVE_MILLISECONDS = 200;

/** How many cells each of some views shows while a camera moves; null for all of them. */
export function sampleSize(cells: number, views: number): number | null {
  return cells * views > MOST_MOVING ? Math.floor(SAMPLE / views) : null;
}

/** Knows whether a camera moves, and which cells are drawn then. */
export class Detail {
  private timer = 0;
  private rows: { readonly cells: number; readonly buffer: Buffer } | null = null;

  constructor(
    private readonly gpu: Gpu,
    private readonly rested: () => void
  ) {}

  get moving(): boolean {
    return this.timer !== 0;
  }

  moved(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.rest(), MOVE_MILLISECONDS);
  }

  /** The camera is taken to rest. */
  rest(): void {
    this.end();
    this.rested();
  }

  /** The only cells that a view shows now; null for all. */
  sample(cells: number, views: number): Buffer | null {
    const size = this.moving ? sampleSize(cells, views) : null;
    if (size === null) {
      return null;
    }
    if (this.rows?.cells !== cells || this.rows.buffer.length !== size) {
      this.rows?.buffer.free();
      const buffer = new Buffer(this.gpu, 'ELEMENT_ARRAY_BUFFER', sampleRows(cells, size));
      this.rows = { cells, buffer };
    }
    return this.rows.buffer;
  }

  end(): void {
    window.clearTimeout(this.timer);
    this.timer = 0;
  }
}
