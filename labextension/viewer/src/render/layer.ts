/**
 * The cells as they were drawn last, beside the canvas: what lies over them can change without
 * a million cells being drawn anew.
 */
import type { Gpu } from './gpu';

export class Layer {
  private epoch = -1;
  private pixels = '';
  private frame: WebGLFramebuffer | null = null;
  private color: WebGLTexture | null = null;
  private depth: WebGLTexture | null = null;

  constructor(private readonly gpu: Gpu) {}

  /** What is drawn until `end` goes into it. One of another size than the canvas is made anew, empty. */
  begin(): void {
    const { gl, epoch } = this.gpu;
    const { width, height } = gl.canvas;
    const pixels = `${width} × ${height}`;
    if (this.epoch !== epoch || this.pixels !== pixels) {
      this.free();
      [this.epoch, this.pixels] = [epoch, pixels];
      this.make(width, height);
    }
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.frame);
  }

  end(): void {
    const { gl } = this.gpu;
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  }

  /** Texture 0 is its colours, texture 1 how far away they are. */
  bind(): void {
    const { gl } = this.gpu;
    [this.color, this.depth].forEach((texture, unit) => {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, texture);
    });
  }

  private free(): void {
    const { gl, epoch } = this.gpu;
    if (this.epoch === epoch) {
      gl.deleteFramebuffer(this.frame);
      gl.deleteTexture(this.color);
      gl.deleteTexture(this.depth);
    }
  }

  private make(width: number, height: number): void {
    const { gl } = this.gpu;
    const texture = (format: GLenum): WebGLTexture => {
      const made = gl.createTexture();
      gl.bindTexture(gl.TEXTURE_2D, made);
      gl.texStorage2D(gl.TEXTURE_2D, 1, format, width, height);
      // Neither can be read at all with the filters there are at first.
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
      return made;
    };
    gl.activeTexture(gl.TEXTURE0);
    this.color = texture(gl.RGBA8);
    this.depth = texture(gl.DEPTH_COMPONENT32F);
    this.frame = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.frame);
    for (const [place, part] of [
      [gl.COLOR_ATTACHMENT0, this.color],
      [gl.DEPTH_ATTACHMENT, this.depth]
    ] as const) {
      gl.framebufferTexture2D(gl.FRAMEBUFFER, place, gl.TEXTURE_2D, part, 0);
    }
  }
}
