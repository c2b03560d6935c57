/**
 * The cells of a view as three.js `Points`: one set of attributes, drawn up to five times. First all
 * cells in row order; then the highlighted ones, and then the candidates, each as larger discs in
 * the colour of the halo with the cells themselves on top. So a selection has an outline, in dense
 * places one around all of it, and selected cells are never under others.
 */
import {
  AddEquation,
  BufferAttribute,
  BufferGeometry,
  CustomBlending,
  DynamicDrawUsage,
  GLSL3,
  Matrix4,
  OneFactor,
  OneMinusSrcAlphaFactor,
  Points,
  RawShaderMaterial,
  Scene,
  Uint8BufferAttribute,
  Vector4
} from 'three';
import type { Dimension } from '../state/types';

const VERTEX = `
precision highp float;
uniform mat4 clip;
uniform float size;
uniform float near;
uniform float least;
uniform float most;
uniform float halo;
in vec3 position;
in vec4 color;
out vec4 paint;
flat out float radius;
void main() {
  paint = color;
  if (color.a == 0.0) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    gl_PointSize = 1.0;
    radius = 0.0;
    return;
  }
  gl_Position = clip * vec4(position, 1.0);
  float diameter = near > 0.0 ? size * near / max(gl_Position.w, 1e-4) : size;
  gl_PointSize = clamp(diameter, least, most) + halo;
  radius = gl_PointSize * 0.5;
}`;

const FRAGMENT = `
precision mediump float;
uniform vec4 ring;
uniform float opacity;
in vec4 paint;
flat in float radius;
out vec4 pixel;
void main() {
  vec2 place = gl_PointCoord * 2.0 - 1.0;
  float cover = 1.0;
  if (radius > 1.0) {
    float away = dot(place, place);
    if (away > 1.0) discard;
    cover = clamp((1.0 - sqrt(away)) * radius + 0.25, 0.0, 1.0);
  }
  vec3 shown = mix(paint.rgb, ring.rgb, ring.a);
  float alpha = cover * opacity;
  pixel = vec4(shown * alpha, alpha);
}`;

export type Rgb = readonly [red: number, green: number, blue: number];

/** How one frame is drawn; sizes in device pixels. */
export interface Drawing {
  readonly clip: Matrix4;
  readonly size: number;
  /** Distance at which a cell has that size; 0: the same at every distance. */
  readonly near: number;
  readonly least: number;
  readonly most: number;
  readonly opacity: number;
  readonly pixelRatio: number;
}

/** A part of the cells, drawn again on top with a halo. */
class Marked {
  private readonly outline: Points;
  private readonly fill: Points;
  private readonly geometry = new BufferGeometry();
  private readonly halo: RawShaderMaterial;

  constructor(
    scene: Scene,
    fill: RawShaderMaterial,
    private readonly width: number
  ) {
    this.halo = pointsMaterial();
    this.halo.depthWrite = false;
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

  prepare(drawing: Drawing, ring: Rgb, threeD: boolean): void {
    setUniforms(this.halo, drawing, 1);
    this.halo.depthTest = threeD;
    this.halo.uniforms.halo.value = 2 * this.width * drawing.pixelRatio;
    (this.halo.uniforms.ring.value as Vector4).set(ring[0] / 255, ring[1] / 255, ring[2] / 255, 1);
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
  private readonly material = pointsMaterial();
  private readonly fill = pointsMaterial();
  private readonly all: Points;
  private readonly highlighted: Marked;
  private readonly candidates: Marked;
  private count = 0;
  private placed: Uint8Array | null = null;
  private dimension: Dimension = 2;

  constructor() {
    this.scene.matrixAutoUpdate = false;
    this.all = addTo(this.scene, this.geometry, this.material);
    this.highlighted = new Marked(this.scene, this.fill, 1.5);
    this.candidates = new Marked(this.scene, this.fill, 2);
    this.all.visible = false;
  }

  /** New positions, `dimension` values a cell; the array is kept for a lost context, not copied. */
  place(points: Float32Array, dimension: Dimension): void {
    this.count = Math.floor(points.length / dimension);
    this.dimension = dimension;
    this.placed = withPosition(points, dimension);
    const position = new BufferAttribute(points, dimension);
    const color = new Uint8BufferAttribute(new Uint8Array(4 * this.count), 4, true);
    this.geometry.dispose();
    this.geometry.setAttribute('position', position);
    this.geometry.setAttribute('color', color.setUsage(DynamicDrawUsage));
    this.highlighted.attributes(position, color);
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

  /** The cells with a halo: rows of confirmed groups, and rows of the selection being made. */
  mark(highlighted: Uint32Array, candidates: Uint32Array): void {
    const inside = (rows: Uint32Array): Uint32Array =>
      rows.length && rows[rows.length - 1] >= this.count ? rows.filter(r => r < this.count) : rows;
    this.highlighted.cells(inside(highlighted));
    this.candidates.cells(inside(candidates));
  }

  /** Everything of the next frame but the data: camera, sizes and the colours of the halos. */
  prepare(drawing: Drawing, highlight: Rgb, candidate: Rgb): void {
    const threeD = this.dimension === 3;
    const behind = this.candidates.count > 0 ? 0.45 : 1;
    setUniforms(this.material, drawing, drawing.opacity * behind);
    setUniforms(this.fill, drawing, 1);
    this.material.depthTest = this.material.depthWrite = threeD;
    this.fill.depthTest = this.fill.depthWrite = threeD;
    this.highlighted.prepare(drawing, highlight, threeD);
    this.candidates.prepare(drawing, candidate, threeD);
  }

  dispose(): void {
    this.geometry.dispose();
    this.material.dispose();
    this.fill.dispose();
    this.highlighted.dispose();
    this.candidates.dispose();
  }
}

function pointsMaterial(): RawShaderMaterial {
  return new RawShaderMaterial({
    glslVersion: GLSL3,
    vertexShader: VERTEX,
    fragmentShader: FRAGMENT,
    uniforms: {
      clip: { value: new Matrix4() },
      size: { value: 4 },
      near: { value: 0 },
      least: { value: 1 },
      most: { value: 64 },
      halo: { value: 0 },
      ring: { value: new Vector4(0, 0, 0, 0) },
      opacity: { value: 1 }
    },
    transparent: true,
    blending: CustomBlending,
    blendEquation: AddEquation,
    blendSrc: OneFactor,
    blendDst: OneMinusSrcAlphaFactor,
    premultipliedAlpha: true,
    depthTest: false,
    depthWrite: false
  });
}

/** In the order they are drawn: the renderer does not sort. */
function addTo(scene: Scene, geometry: BufferGeometry, material: RawShaderMaterial): Points {
  const points = new Points(geometry, material);
  points.frustumCulled = false;
  points.matrixAutoUpdate = false;
  scene.add(points);
  return points;
}

function setUniforms(material: RawShaderMaterial, drawing: Drawing, opacity: number): void {
  const uniforms = material.uniforms;
  (uniforms.clip.value as Matrix4).copy(drawing.clip);
  uniforms.size.value = drawing.size;
  uniforms.near.value = drawing.near;
  uniforms.least.value = drawing.least;
  uniforms.most.value = drawing.most;
  uniforms.opacity.value = opacity;
}

/** 1 for a cell with a position; null when all have one. */
function withPosition(points: Float32Array, dimension: Dimension): Uint8Array | null {
  let sum = 0;
  for (let i = 0; i < points.length; i++) sum += points[i];
  if (Number.isFinite(sum)) {
    return null;
  }
  const placed = new Uint8Array(points.length / dimension).fill(1);
  for (let i = 0; i < points.length; i++) {
    if (!Number.isFinite(points[i])) placed[Math.floor(i / dimension)] = 0;
  }
  return placed;
}
