/** How long the graphics card takes for a picture, which it draws after the page has asked for it. */
import type { Gpu } from './gpu';

/** What takes no longer can follow a hand. */
const QUICK_MILLISECONDS = 12;
const LOOK_MILLISECONDS = 4;
/** A card that never tells is taken to be done. */
const PATIENCE_MILLISECONDS = 30_000;

export class Pace {
  private fence: WebGLSync | null = null;
  private since = 0;
  private took = Infinity;
  private timer = 0;

  /** @param done - told when all that was asked for is drawn */
  constructor(
    private readonly gpu: Gpu,
    private readonly done: () => void
  ) {}

  /** Whether it still draws. */
  get busy(): boolean {
    return this.fence !== null;
  }

  /** Whether the last picture was drawn before a hand had moved on. */
  get quick(): boolean {
    return !this.busy && this.took <= QUICK_MILLISECONDS;
  }

  /** All of a picture has been asked for. */
  asked(): void {
    const { gl } = this.gpu;
    this.end();
    this.fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    // Else the card might wait for more.
    gl.flush();
    this.since = performance.now();
    this.timer = window.setTimeout(() => this.look(), LOOK_MILLISECONDS);
  }

  end(): void {
    window.clearTimeout(this.timer);
    this.gpu.gl.deleteSync(this.fence);
    this.fence = null;
  }

  private look(): void {
    const { gl, lost } = this.gpu;
    const took = performance.now() - this.since;
    const drawn =
      this.fence === null || gl.getSyncParameter(this.fence, gl.SYNC_STATUS) === gl.SIGNALED;
    if (drawn || lost || took > PATIENCE_MILLISECONDS) {
      this.took = took;
      this.end();
      this.done();
    } else {
      this.timer = window.setTimeout(() => this.look(), LOOK_MILLISECONDS);
    }
  }
}
