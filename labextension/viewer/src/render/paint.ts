/**
 * The shaders: round points of any size, in their own colour or, for a halo, in one; lines; and the
 * picture of all of them that a layer keeps.
 */
import type { Rect } from '../state/types';
import { Program, type Gpu } from './gpu';
import type { Layer } from './layer';

const PLACE = 'layout(location = 0) in vec3 position;\nlayout(location = 1) in vec4 color;';

// What is the same all over a point is computed once a point, and not interpolated: with a million
// of them that is a fifth of the time of a frame.
const POINTS = `#version 300 es
precision highp float;
uniform mat4 clip;
uniform float size;
uniform float near;
uniform float least;
uniform float most;
uniform float halo;
uniform vec4 ring;
uniform float opacity;
${PLACE}
flat out vec4 paint;
flat out float radius;
void main() {
  paint = vec4(mix(color.rgb, ring.rgb, ring.a) * opacity, opacity);
  gl_Position = clip * vec4(position, 1.0);
  float diameter = near > 0.0 ? size * near / max(gl_Position.w, 1e-4) : size;
  gl_PointSize = clamp(diameter, least, most) + halo;
  radius = gl_PointSize * 0.5;
  if (color.a == 0.0) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
  }
}`;

const DISCS = `#version 300 es
precision mediump float;
flat in vec4 paint;
flat in float radius;
out vec4 pixel;
void main() {
  vec2 place = gl_PointCoord * 2.0 - 1.0;
  float away = dot(place, place);
  if (away > 1.0 && radius > 1.0) discard;
  float cover = clamp((1.0 - sqrt(away)) * radius + 0.25, 0.0, 1.0);
  pixel = paint * (radius > 1.0 ? cover : 1.0);
}`;

const LINES = `#version 300 es
precision highp float;
uniform mat4 clip;
layout(location = 0) in vec3 position;
void main() {
  gl_Position = clip * vec4(position, 1.0);
}`;

const PLAIN = `#version 300 es
precision mediump float;
uniform vec4 ink;
out vec4 pixel;
void main() {
  pixel = vec4(ink.rgb * ink.a, ink.a);
}`;

// One triangle over all of the viewport.
const ALL = `#version 300 es
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  gl_Position = vec4(corner * 4.0 - 1.0, 0.0, 1.0);
}`;

const KEPT = `#version 300 es
precision highp float;
precision highp sampler2D;
uniform sampler2D colors;
uniform sampler2D depths;
uniform float opacity;
out vec4 pixel;
void main() {
  ivec2 place = ivec2(gl_FragCoord.xy);
  pixel = texelFetch(colors, place, 0) * opacity;
  gl_FragDepth = texelFetch(depths, place, 0).r;
}`;

export type Rgb = readonly [red: number, green: number, blue: number];

/** "#rrggbb" as three bytes; anything else is a middle grey. */
export function rgb(color: string): Rgb {
  const digits = /^#([0-9a-f]{6})$/i.exec(color)?.[1];
  const value = parseInt(digits ?? '808080', 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** How one frame of a view is drawn; sizes in device pixels. */
export interface Drawing {
  /** From embedding coordinates to clip space, column by column. */
  readonly clip: readonly number[];
  readonly size: number;
  /** Distance at which a cell has that size; 0: the same at every distance. */
  readonly near: number;
  readonly least: number;
  readonly most: number;
  readonly opacity: number;
  readonly pixelRatio: number;
}

/** The programs of one context. */
export class Paint {
  private readonly points: Program;
  private readonly lines: Program;
  private readonly layers: Program;

  constructor(private readonly gpu: Gpu) {
    this.points = new Program(gpu, POINTS, DISCS);
    this.lines = new Program(gpu, LINES, PLAIN);
    this.layers = new Program(gpu, ALL, KEPT, ['colors', 'depths']);
    this.points.make();
    this.layers.make();
  }

  /**
   * What is drawn next goes there, on a clean ground: colours are premultiplied, what is in front hides.
   *
   * @param place - in CSS pixels of the picture, which is `height` of them high
   */
  open({ left, top, width, height: high }: Rect, height: number, pixelRatio: number): void {
    const { gl } = this.gpu;
    const [x, y, w, h] = [left, height - top - high, width, high].map(length =>
      Math.round(length * pixelRatio)
    ) as [number, number, number, number];
    gl.viewport(x, y, w, h);
    gl.scissor(x, y, w, h);
    gl.enable(gl.SCISSOR_TEST);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.depthMask(true);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
  }

  /**
   * What a layer keeps of that place, all of it so opaque.
   *
   * @param deep - near cells are to hide far ones that are drawn over it
   */
  kept(layer: Layer, opacity: number, deep: boolean): void {
    const { gl } = this.gpu;
    layer.bind();
    this.depth(deep, deep);
    gl.depthFunc(gl.ALWAYS);
    this.layers.use({ opacity });
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  /** Cells in their own colours; in 3D near ones hide far ones. */
  cells(drawing: Drawing, opacity: number): void {
    this.depth(drawing.near > 0, true);
    this.points.use({ ...sizes(drawing), halo: 0, ring: [0, 0, 0, 0], opacity });
  }

  /** Discs `width` device pixels larger on each side, in one colour, to lie behind cells. */
  halo(drawing: Drawing, width: number, color: Rgb): void {
    this.depth(drawing.near > 0, false);
    const ring = [...color.map(part => part / 255), 1];
    this.points.use({ ...sizes(drawing), halo: 2 * width, ring, opacity: 1 });
  }

  /** Thin lines in one colour. */
  edges(drawing: Drawing, color: Rgb, opacity: number): void {
    this.depth(drawing.near > 0, false);
    const ink = [...color.map(part => part / 255), opacity];
    this.lines.use({ clip: drawing.clip, ink });
  }

  private depth(test: boolean, write: boolean): void {
    const { gl } = this.gpu;
    gl.depthFunc(gl.LEQUAL);
    if (test) {
      gl.enable(gl.DEPTH_TEST);
    } else {
      gl.disable(gl.DEPTH_TEST);
    }
    gl.depthMask(write);
  }
}

function sizes({ clip, size, near, least, most }: Drawing): Record<string, number | readonly number[]> {
  return { clip, size, near, least, most };
}
