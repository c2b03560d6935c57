/** Two workers that pack and unpack beside the page, which goes on meanwhile. */
import type { Packed, Packing } from './packing';

/** What is used of a worker. */
export type Packer = Pick<
  Worker,
  'postMessage' | 'terminate' | 'onmessage' | 'onerror' | 'onmessageerror'
>;

interface Job {
  readonly task: Packing;
  readonly done: (packed: Packed | null) => void;
}

const PACKERS = 2;

/** How long one may take to load and answer, and for each megabyte besides. */
const SECONDS = 5;
const SECONDS_A_MEGABYTE = 1;

/** Made when first needed. Once one fails, by whatever cause, no more is asked of any. */
export class Packers {
  readonly #idle: Packer[] = [];
  readonly #waiting: Job[] = [];
  #made = 0;
  #failed = false;

  /** @param make - makes a worker; may throw */
  constructor(private readonly make: () => Packer) {}

  /** Have something done, a copy of whose bytes goes to a worker; null where none does it. */
  ask(task: Packing): Promise<Packed | null> {
    return new Promise(done => {
      this.#waiting.push({ task, done });
      this.#next();
    });
  }

  #next(): void {
    if (this.#failed) {
      this.#waiting.splice(0).forEach(({ done }) => done(null));
      return;
    }
    if (this.#waiting.length > 0) {
      const packer = this.#idle.pop() ?? this.#another();
      if (packer !== null) {
        this.#give(packer, this.#longest());
      }
    }
  }

  /** What takes longest goes first: else one worker would be left with it in the end. */
  #longest(): Job {
    const sizes = this.#waiting.map(({ task }) => longest(task));
    return this.#waiting.splice(sizes.indexOf(Math.max(...sizes)), 1)[0]!;
  }

  /** One more, unless there are enough. */
  #another(): Packer | null {
    if (this.#made === PACKERS) {
      return null;
    }
    this.#made++;
    try {
      return this.make();
    } catch {
      this.#failed = true;
      this.#next();
      return null;
    }
  }

  #give(packer: Packer, { task, done }: Job): void {
    const end = (packed: Packed | null): void => {
      clearTimeout(timer);
      packer.onmessage = packer.onerror = packer.onmessageerror = null;
      if (packed === null) {
        packer.terminate();
        this.#failed = true;
      } else {
        this.#idle.push(packer);
      }
      done(packed);
      this.#next();
    };
    const timer = setTimeout(() => end(null), 1000 * patience(task));
    packer.onmessage = ({ data }: MessageEvent<Packed | null>) => end(data);
    packer.onerror = packer.onmessageerror = () => end(null);
    // A copy takes next to no time, and what is handed over is lost to whoever holds it.
    const bytes = task.bytes.slice();
    packer.postMessage({ ...task, bytes }, [bytes.buffer]);
  }
}

function patience(task: Packing): number {
  return SECONDS + (SECONDS_A_MEGABYTE * longest(task)) / 2 ** 20;
}

/** The more of the bytes before and after it, as far as that is known. */
export function longest(task: Packing): number {
  return task.work === 'gzip' ? task.bytes.length : Math.max(task.bytes.length, task.size);
}
