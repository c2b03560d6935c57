/**
 * The cells of one view, drawn a few times. First all cells in row order; then the highlighted
 * ones, and then the candidates, each as larger discs in the colour of the halo with the cells
 * themselves on top. So a selection has an outline, in dense places one around all of it, and
 * selected cells are never under others.
 */
import { Buffer, type Gpu } from './gpu';
import type { Marked } from './marks';
import type { Drawing, Paint } from './paint';
import type { Positions } from './positions';

/** Device pixels a halo adds on each side at most. */
const WIDEST = 6;
const NO_COLORS = new Uint8Array(0);

export class Cloud {
  private readonly colors: Buffer;

  constructor(
    private readonly gpu: Gpu,
    private readonly paint: Paint
  ) {
    this.colors = new Buffer(gpu, 'ARRAY_BUFFER', NO_COLORS);
  }

  /** Colours, RGBA a cell; hidden cells and those without a position get alpha 0. */
  dress(colors: Uint8Array, visible: Uint8Array | null, { placed }: Positions): void {
    let shown = colors;
    for (const mask of [visible, placed]) {
      if (mask) {
        shown = shown === colors ? colors.slice() : shown;
        for (let i = 0; i < mask.length; i++) {
          if (mask[i] === 0) shown[4 * i + 3] = 0;
        }
      }
    }
    this.colors.set(shown);
  }

  /** Draws all cells, or those of a sample, and nothing else. */
  drawCells(positions: Positions, drawing: Drawing, sample: Buffer | null): void {
    const { gl } = this.gpu;
    this.bind(positions);
    this.paint.cells(drawing, drawing.opacity);
    if (sample === null) {
      gl.drawArrays(gl.POINTS, 0, positions.count);
    } else {
      this.drawRows(sample);
    }
  }

  /** Draws the marked cells again, on top: the last of them above all. */
  drawMarks(positions: Positions, drawing: Drawing, marked: readonly Marked[]): void {
    this.bind(positions);
    for (const { color, rows, share } of marked) {
      const width = Math.min(Math.max(drawing.size * share, drawing.pixelRatio), WIDEST);
      this.paint.halo(drawing, width, color);
      this.drawRows(rows);
      this.paint.cells(drawing, 1);
      this.drawRows(rows);
    }
  }

  free(): void {
    this.colors.free();
  }

  private bind({ buffer, dimension }: Positions): void {
    const { gl } = this.gpu;
    buffer.bind();
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, dimension, gl.FLOAT, false, 0, 0);
    this.colors.bind();
    gl.enableVertexAttribArray(1);
    gl.vertexAttribPointer(1, 4, gl.UNSIGNED_BYTE, true, 0, 0);
  }

  private drawRows(rows: Buffer): void {
    const { gl } = this.gpu;
    rows.bind();
    gl.drawElements(gl.POINTS, rows.length, gl.UNSIGNED_INT, 0);
  }
}
