/** The graph of neighbours, as lines between the visible cells of one view. */
import { visibleEdges } from '../cells/edges';
import type { Graph } from '../data/graph';
import { Buffer, type Gpu } from './gpu';
import type { Drawing, Paint, Rgb } from './paint';
import type { Positions } from './positions';

/** Edges drawn at most; further ones would add nothing but time. */
export const MOST_EDGES = 2_000_000;
/** More than so many are drawn only while the camera rests. */
const MOST_MOVING = 200_000;
const NO_EDGES = new Uint32Array(0);

export class Edges {
  private readonly pairs: Buffer;

  constructor(
    private readonly gpu: Gpu,
    private readonly paint: Paint
  ) {
    this.pairs = new Buffer(gpu, 'ELEMENT_ARRAY_BUFFER', NO_EDGES);
  }

  /** Too many to follow a camera that moves. */
  get slow(): boolean {
    return this.pairs.length > 2 * MOST_MOVING;
  }

  /** The edges between these cells; returns how many there are, drawn or not. */
  set(graph: Graph | null, visible: Uint8Array | null, placed: Uint8Array | null): number {
    if (graph === null) {
      this.pairs.set(NO_EDGES);
      return 0;
    }
    const masks = [visible, placed] as const;
    const { pairs, total } = visibleEdges(graph.sources, graph.targets, masks, MOST_EDGES);
    this.pairs.set(pairs);
    return total;
  }

  draw({ buffer, dimension }: Positions, drawing: Drawing, color: Rgb): void {
    const count = this.pairs.length / 2;
    if (count === 0) {
      return;
    }
    const { gl } = this.gpu;
    buffer.bind();
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, dimension, gl.FLOAT, false, 0, 0);
    gl.disableVertexAttribArray(1);
    // The more lines, the fainter each: all of them together stay a veil.
    this.paint.edges(drawing, color, Math.min(Math.max(0.3 * (20_000 / count) ** 0.4, 0.05), 0.35));
    this.pairs.bind();
    gl.drawElements(gl.LINES, this.pairs.length, gl.UNSIGNED_INT, 0);
  }

  free(): void {
    this.pairs.free();
  }
}
