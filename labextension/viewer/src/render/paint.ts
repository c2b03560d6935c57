/** The one shader: round points of any size, in their own colour or, for a halo, in one for all. */
import {
  AddEquation,
  CustomBlending,
  GLSL3,
  Matrix4,
  OneFactor,
  OneMinusSrcAlphaFactor,
  RawShaderMaterial,
  Vector4
} from 'three';

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

/** "#rrggbb" as three bytes; anything else is a middle grey. */
export function rgb(color: string): Rgb {
  const digits = /^#([0-9a-f]{6})$/i.exec(color)?.[1];
  const value = parseInt(digits ?? '808080', 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

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

/** A material with the values it is drawn with. */
export class Paint {
  readonly material: RawShaderMaterial;
  private readonly uniforms = {
    clip: { value: new Matrix4() },
    size: { value: 4 },
    near: { value: 0 },
    least: { value: 1 },
    most: { value: 64 },
    halo: { value: 0 },
    ring: { value: new Vector4(0, 0, 0, 0) },
    opacity: { value: 1 }
  };

  constructor() {
    this.material = new RawShaderMaterial({
      glslVersion: GLSL3,
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      uniforms: this.uniforms,
      transparent: true,
      blending: CustomBlending,
      blendEquation: AddEquation,
      blendSrc: OneFactor,
      blendDst: OneMinusSrcAlphaFactor,
      premultipliedAlpha: true
    });
  }

  /** Cells in their own colours; in 3D near ones hide far ones. */
  cells(drawing: Drawing, opacity: number): void {
    this.set(drawing, opacity);
    this.material.depthTest = this.material.depthWrite = drawing.near > 0;
  }

  /** Discs `width` device pixels larger on each side, in one colour, to lie behind cells. */
  halo(drawing: Drawing, width: number, color: Rgb): void {
    this.set(drawing, 1);
    this.material.depthTest = drawing.near > 0;
    this.material.depthWrite = false;
    this.uniforms.halo.value = 2 * width;
    this.uniforms.ring.value.set(color[0] / 255, color[1] / 255, color[2] / 255, 1);
  }

  dispose(): void {
    this.material.dispose();
  }

  private set(drawing: Drawing, opacity: number): void {
    const { uniforms } = this;
    uniforms.clip.value.copy(drawing.clip);
    uniforms.size.value = drawing.size;
    uniforms.near.value = drawing.near;
    uniforms.least.value = drawing.least;
    uniforms.most.value = drawing.most;
    uniforms.opacity.value = opacity;
  }
}
