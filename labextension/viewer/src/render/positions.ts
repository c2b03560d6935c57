/** Where the cells are, uploaded once for all views that show them in that dimension. */
import type { Dimension } from '../state/types';
import { text } from '../text';
import { boundsOf, type Bounds } from './camera';
import { Buffer, type Gpu } from './gpu';

export class Positions {
  readonly buffer: Buffer;
  readonly count: number;
  /** 1 for a cell with a position; null when all have one. */
  readonly placed: Uint8Array | null;
  private box: Bounds | null = null;

  constructor(
    gpu: Gpu,
    readonly points: Float32Array,
    readonly dimension: Dimension
  ) {
    this.count = points.length / dimension;
    this.placed = withPosition(points, dimension);
    this.buffer = new Buffer(gpu, 'ARRAY_BUFFER', points);
  }

  get bounds(): Bounds {
    return (this.box ??= boundsOf(this.points, this.dimension));
  }
}

/** The positions of all views on the screen. */
export class PositionPool {
  private readonly known = new Map<Float32Array, Positions>();

  constructor(private readonly gpu: Gpu) {}

  of(points: Float32Array, cells: number): Positions {
    let positions = this.known.get(points);
    if (positions === undefined) {
      positions = new Positions(this.gpu, points, dimensionOf(points, cells));
      this.known.set(points, positions);
    }
    return positions;
  }

  /** Frees all others. */
  keep(used: ReadonlySet<Positions | null>): void {
    for (const [points, positions] of this.known) {
      if (!used.has(positions)) {
        positions.buffer.free();
        this.known.delete(points);
      }
    }
  }
}

function dimensionOf(points: Float32Array, cells: number): Dimension {
  const dimension = points.length / cells;
  if (dimension === 1 || dimension === 2 || dimension === 3) {
    return dimension;
  }
  throw new Error(text.oddCoordinates(points.length, cells));
}

function withPosition(points: Float32Array, dimension: Dimension): Uint8Array | null {
  let sum = 0;
  for (let i = 0; i < points.length; i++) sum += points[i]!;
  if (Number.isFinite(sum)) {
    return null;
  }
  const placed = new Uint8Array(points.length / dimension).fill(1);
  for (let i = 0; i < points.length; i++) {
    if (!Number.isFinite(points[i])) placed[Math.floor(i / dimension)] = 0;
  }
  return placed;
}
