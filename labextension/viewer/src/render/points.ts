/**
 * The cells of a view as three.js `Points`: one set of attributes, drawn a few times. First all
 * cells in row order; then the highlighted ones, and then the candidates, each as larger discs in
 * the colour of the halo with the cells themselves on top. So a selection has an outline, in dense
 * places one around all of it, and selected cells are never under others.
 */
import {
  BufferAttribute,
  BufferGeometry,
  DynamicDrawUsage,
  Points,
  Scene,
  Uint8BufferAttribute
} from 'three';
import { MOST_HALOS, type Halo } from '../state/halos';
import type { Dimension } from '../state/types';
import { Paint, rgb, type Drawing, type Rgb } from './paint';

const NO_CELLS = new Uint32Array(0);
/** Device pixels a halo adds on each side at most. */
const WIDEST = 6;

/** A part of the cells, drawn again on top with a halo as wide as a share of a cell's size. */
class Marked {
  color: Rgb = [0, 0, 0];
  private readonly outline: Points;
  private readonly fill: Points;
  private readonly geometry = new BufferGeometry();
  private readonly halo = new Paint();

  constructor(
    scene: Scene,
    fill: Paint,
    private readonly share: number
  ) {
    this.geometry.setIndex(new BufferAttribute(new Uint32Array(1), 1));
    this.geometry.setDrawRange(0, 0);
    this.outline = addTo(scene, this.geometry, this.halo);
    this.fill = addTo(scene, this.geometry, fill);
  }

  get count(): number {
    return this.geometry.drawRange.count;
  }

  attributes(position: BufferAttribute, color: BufferAttribute): void {
    this.geometry.setAttribute('position', position);
    this.geometry.setAttribute('color', color);
  }

  cells(rows: Uint32Array): void {
    let index = this.geometry.getIndex();
    if (!index || index.count < rows.length) {
      const room = new Uint32Array(Math.max(1024, Math.ceil(rows.length * 1.5)));
      index = new BufferAttribute(room, 1).setUsage(DynamicDrawUsage);
      this.geometry.setIndex(index);
    }
    (index.array as Uint32Array).set(rows);
    index.clearUpdateRanges();
    index.addUpdateRange(0, rows.length);
    index.needsUpdate = true;
    this.geometry.setDrawRange(0, rows.length);
    this.outline.visible = this.fill.visible = rows.length > 0;
  }

  prepare(drawing: Drawing): void {
    const width = Math.min(Math.max(drawing.size * this.share, drawing.pixelRatio), WIDEST);
    this.halo.halo(drawing, width, this.color);
  }

  dispose(): void {
    this.geometry.dispose();
    this.halo.dispose();
  }
}

/** All cells of one view, ready to be drawn. */
export class Cloud {
  readonly scene = new Scene();
  private readonly geometry = new BufferGeometry();
  private readonly paintAll = new Paint();
  private readonly paintMarked = new Paint();
  private readonly all: Points;
  private readonly highlighted: readonly Marked[];
  private readonly candidates: Marked;
  private count = 0;
  private placed: Uint8Array | null = null;

  constructor() {
    this.scene.matrixAutoUpdate = false;
    this.all = addTo(this.scene, this.geometry, this.paintAll);
    this.highlighted = Array.from(
      { length: MOST_HALOS },
      () => new Marked(this.scene, this.paintMarked, 0.26)
    );
    this.candidates = new Marked(this.scene, this.paintMarked, 0.36);
    this.all.visible = false;
  }

  /** New positions, `dimension` values a cell; the array is kept for a lost context, not copied. */
  place(points: Float32Array, dimension: Dimension): void {
    this.count = Math.floor(points.length / dimension);
    this.placed = withPosition(points, dimension);
    const position = new BufferAttribute(points, dimension);
    const color = new Uint8BufferAttribute(new Uint8Array(4 * this.count), 4, true);
    this.geometry.dispose();
    this.geometry.setAttribute('position', position);
    this.geometry.setAttribute('color', color.setUsage(DynamicDrawUsage));
    this.highlighted.forEach(marked => marked.attributes(position, color));
    this.candidates.attributes(position, color);
    this.all.visible = this.count > 0;
  }

  /** Colours, RGBA a cell; hidden cells and those without a position get alpha 0. */
  paint(colors: Uint8Array, visible: Uint8Array | null): void {
    if (colors.length !== 4 * this.count) {
      return;
    }
    const attribute = this.geometry.getAttribute('color') as BufferAttribute;
    const shown = attribute.array as Uint8Array;
    shown.set(colors);
    for (const mask of [visible, this.placed]) {
      if (mask) {
        for (let i = 0; i < mask.length; i++) {
          if (mask[i] === 0) shown[4 * i + 3] = 0;
        }
      }
    }
    attribute.needsUpdate = true;
  }

  /** The cells with a halo: rows of confirmed groups by colour, and of the selection being made. */
  mark(halos: readonly Halo[], candidates: Uint32Array): void {
    const inside = (rows: Uint32Array): Uint32Array =>
      rows.length && rows[rows.length - 1]! >= this.count ? rows.filter(r => r < this.count) : rows;
    this.highlighted.forEach((marked, i) => {
      marked.color = rgb(halos[i]?.color ?? '');
      marked.cells(inside(halos[i]?.cells ?? NO_CELLS));
    });
    this.candidates.cells(inside(candidates));
  }

  /** Everything of the next frame but the data: camera, sizes and the colours of the halos. */
  prepare(drawing: Drawing, candidate: Rgb): void {
    this.paintAll.cells(drawing, this.candidates.count > 0 ? drawing.opacity / 2 : drawing.opacity);
    this.paintMarked.cells(drawing, 1);
    this.candidates.color = candidate;
    [...this.highlighted, this.candidates].forEach(marked => marked.prepare(drawing));
  }

  dispose(): void {
    this.geometry.dispose();
    this.paintAll.dispose();
    this.paintMarked.dispose();
    this.highlighted.forEach(marked => marked.dispose());
    this.candidates.dispose();
  }
}

/** In the order they are drawn: the renderer does not sort. */
function addTo(scene: Scene, geometry: BufferGeometry, paint: Paint): Points {
  const points = new Points(geometry, paint.material);
  points.frustumCulled = false;
  points.matrixAutoUpdate = false;
  scene.add(points);
  return points;
}

/** 1 for a cell with a position; null when all have one. */
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
