/**
 * Flying by keys: while one is held the active view’s camera moves, by as much a second however
 * many frames there are. One loop for all keys, that ends with the last of them.
 */
import { setCamera } from '../../state/views';
import { flown, looked } from '../../render/fly';
import type { App } from '../../state/app';
import type { Vec3 } from '../../state/types';
import type { Stage } from '../../tools/tool';

/** Embedding units a second, and how much faster with Shift. */
const SPEED = 0.5;
const FASTER = 4;
/** CSS pixels a second that an arrow looks around by. */
const LOOK = 500;
/** A page that drew nothing for long does not leap. */
const LONGEST_SECONDS = 0.25;
/** What a tap of a key does at least. */
const FIRST_MILLISECONDS = 16;

/** By the place on the keyboard, whatever letter stands there: right, up, forward. */
const MOVES: ReadonlyMap<string, Vec3> = new Map([
  ['KeyW', [0, 0, 1]],
  ['KeyS', [0, 0, -1]],
  ['KeyA', [-1, 0, 0]],
  ['KeyD', [1, 0, 0]],
  ['KeyE', [0, 1, 0]],
  ['KeyQ', [0, -1, 0]]
]);
/** Where the drag goes that looks as far as the arrow. */
const LOOKS: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['ArrowLeft', [1, 0]],
  ['ArrowRight', [-1, 0]],
  ['ArrowUp', [0, 1]],
  ['ArrowDown', [0, -1]]
]);

export class Flight {
  private readonly held = new Set<string>();
  private fast = false;
  private request = 0;
  private last = 0;

  constructor(
    private readonly app: App,
    private readonly stage: () => Stage | null
  ) {}

  /** Whether the key is one of flight, in a view one flies in. */
  press({ code, shiftKey }: KeyboardEvent): boolean {
    if (!this.flies || !(MOVES.has(code) || LOOKS.has(code))) {
      return false;
    }
    if (!this.held.has(code)) {
      const now = performance.now();
      if (this.request) {
        this.advance(now);
      } else {
        this.last = now - FIRST_MILLISECONDS;
      }
      this.held.add(code);
      this.step(now);
    }
    this.fast = shiftKey;
    return true;
  }

  release({ code, shiftKey }: KeyboardEvent): void {
    if (this.held.has(code)) {
      // A key counts as long as it is held, however few frames there are.
      this.advance(performance.now());
      this.held.delete(code);
    }
    this.fast = shiftKey;
  }

  stop(): void {
    this.held.clear();
    cancelAnimationFrame(this.request);
    this.request = 0;
  }

  private get flies(): boolean {
    const { dimension, navigation } = this.app.activeView.peek();
    return dimension === 3 && navigation === 'fly';
  }

  private step(now: number): void {
    cancelAnimationFrame(this.request);
    if (this.held.size === 0 || this.stage() === null || !this.flies) {
      this.stop();
      return;
    }
    this.advance(now);
    this.request = requestAnimationFrame(next => this.step(next));
  }

  /** Moves by what is held since it last did. */
  private advance(now: number): void {
    const stage = this.stage();
    if (stage === null || !this.flies) {
      return;
    }
    const seconds = Math.min(Math.max((now - this.last) / 1000, 0), LONGEST_SECONDS);
    this.last = Math.max(this.last, now);
    const far = SPEED * (this.fast ? FASTER : 1) * seconds;
    const { id } = this.app.activeView.peek();
    const way = sum([...this.held].map(code => MOVES.get(code) ?? [0, 0, 0]));
    const turn = sum([...this.held].map(code => LOOKS.get(code) ?? [0, 0]));
    const moved = flown(stage.camera(id), [way[0]! * far, way[1]! * far, way[2]! * far]);
    const around = LOOK * seconds;
    setCamera(
      this.app,
      id,
      looked(moved, stage.size(id), turn[0]! * around, turn[1]! * around)
    );
  }
}

function sum(vectors: readonly (readonly number[])[]): number[] {
  return [0, 1, 2].map(axis => vectors.reduce((total, vector) => total + (vector[axis] ?? 0), 0));
}
