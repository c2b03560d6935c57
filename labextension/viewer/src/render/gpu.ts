/**
 * WebGL as far as the picture needs it: programs and buffers. The browser may take a context away
 * and give it again, empty: so each of them is made when it is first used, and again after that.
 */
import { text } from '../text';

export class Gpu {
  readonly gl: WebGL2RenderingContext;
  /** How often the context was given; what was made of an earlier one is gone. */
  epoch = 0;
  /** One that is lost can't be asked for it any more. */
  private readonly context: WEBGL_lose_context | null;

  constructor(canvas: HTMLCanvasElement) {
    const gl = canvas.getContext('webgl2', {
      alpha: true,
      antialias: false,
      stencil: false,
      // So that views that did not change need not be drawn, and the last picture can be copied.
      preserveDrawingBuffer: true
    });
    if (gl === null) {
      throw new Error(text.noContext);
    }
    this.gl = gl;
    this.context = gl.getExtension('WEBGL_lose_context');
    // Else it would never be given again.
    canvas.addEventListener('webglcontextlost', event => event.preventDefault());
    canvas.addEventListener('webglcontextrestored', () => (this.epoch += 1));
  }

  get lost(): boolean {
    return this.gl.isContextLost();
  }

  /** Browsers give only a few contexts, and take their time to collect one. */
  giveBack(): void {
    this.context?.loseContext();
  }

  /** Ask for a context again, where it was lost. */
  renew(): void {
    if (this.lost) {
      this.context?.restoreContext();
    }
  }
}

export type Uniform = number | readonly number[];

/** A program of two shaders; attributes have the places that the shader says. */
export class Program {
  private epoch = -1;
  private program: WebGLProgram | null = null;
  private checked = false;
  private readonly places = new Map<string, WebGLUniformLocation | null>();

  /** @param textures - names of its samplers: the first is of texture 0, and so on */
  constructor(
    private readonly gpu: Gpu,
    private readonly vertex: string,
    private readonly fragment: string,
    private readonly textures: readonly string[] = []
  ) {}

  /** Have it made; nobody waits for that before it is used. */
  make(): void {
    if (this.epoch !== this.gpu.epoch) {
      this.epoch = this.gpu.epoch;
      this.places.clear();
      this.checked = false;
      this.program = this.link();
    }
  }

  /** What is drawn next is drawn by it, with these values. */
  use(values: Readonly<Record<string, Uniform>>): void {
    const { gl } = this.gpu;
    this.make();
    gl.useProgram(this.program);
    if (!this.checked) {
      this.check();
      this.textures.forEach((name, unit) => gl.uniform1i(this.place(name), unit));
    }
    for (const [name, value] of Object.entries(values)) {
      const place = this.place(name);
      if (typeof value === 'number') {
        gl.uniform1f(place, value);
      } else if (value.length === 4) {
        gl.uniform4fv(place, value);
      } else {
        gl.uniformMatrix4fv(place, false, value);
      }
    }
  }

  private place(name: string): WebGLUniformLocation | null {
    let place = this.places.get(name);
    if (place === undefined) {
      place = this.program && this.gpu.gl.getUniformLocation(this.program, name);
      this.places.set(name, place);
    }
    return place;
  }

  private check(): void {
    const { gl, lost } = this.gpu;
    this.checked = true;
    if (this.program && !gl.getProgramParameter(this.program, gl.LINK_STATUS) && !lost) {
      throw new Error(text.noShader(gl.getProgramInfoLog(this.program) ?? ''));
    }
  }

  private link(): WebGLProgram {
    const { gl } = this.gpu;
    const program = gl.createProgram();
    for (const [kind, source] of [
      [gl.VERTEX_SHADER, this.vertex],
      [gl.FRAGMENT_SHADER, this.fragment]
    ] as const) {
      const shader = gl.createShader(kind);
      // None is made in a context that is lost; then nothing is drawn either.
      if (shader) {
        gl.shaderSource(shader, source);
        gl.compileShader(shader);
        gl.attachShader(program, shader);
        gl.deleteShader(shader);
      }
    }
    gl.linkProgram(program);
    return program;
  }
}

type Values = Float32Array | Uint32Array | Uint8Array;

/** Numbers on the graphics card. They are kept, not copied, and uploaded when they are drawn next. */
export class Buffer {
  private epoch = -1;
  private handle: WebGLBuffer | null = null;
  private size = -1;
  private stale = true;

  constructor(
    private readonly gpu: Gpu,
    private readonly target: 'ARRAY_BUFFER' | 'ELEMENT_ARRAY_BUFFER',
    private values: Values
  ) {}

  get length(): number {
    return this.values.length;
  }

  set(values: Values): void {
    this.values = values;
    this.stale = true;
  }

  /** It is what the next call of WebGL is about. */
  bind(): void {
    const { gl, epoch } = this.gpu;
    const target = gl[this.target];
    if (this.epoch !== epoch) {
      this.epoch = epoch;
      this.handle = gl.createBuffer();
      this.size = -1;
      this.stale = true;
    }
    gl.bindBuffer(target, this.handle);
    if (this.stale) {
      this.stale = false;
      const size = this.values.byteLength;
      if (size === this.size) {
        gl.bufferSubData(target, 0, this.values);
      } else {
        gl.bufferData(target, this.values, gl.DYNAMIC_DRAW);
        this.size = size;
      }
    }
  }

  free(): void {
    if (this.epoch === this.gpu.epoch) {
      this.gpu.gl.deleteBuffer(this.handle);
    }
    this.epoch = -1;
  }
}
