/** Who puts what into a session: one contributor a feature, each in a file of its own. */
import type { App } from '../state/app';

export interface Chunk {
  readonly id: string;
  readonly label: string;
  /** Anything JSON can hold, or bytes. */
  readonly payload: JsonPayload | Uint8Array<ArrayBuffer>;
}

export interface JsonPayload {
  readonly json: unknown;
}

export interface Contributor {
  readonly id: string;
  /** Eager chunks are restored before the picture is shown, lazy ones after. */
  readonly priority: 'eager' | 'lazy';
  /** Whether its chunks mean anything for another dataset. */
  readonly datasetDependent: boolean;
  capture(app: App): readonly Chunk[] | Promise<readonly Chunk[]>;
}
