/** What commands work with. */
import type { Server } from '../data/fetch';
import type { App } from '../state/app';
import type { ConsoleLine } from './console';
import type { Frame } from './numbered';

export interface CommandContext {
  readonly app: App;
  readonly server: Server;
  /** Send an event back. */
  readonly emit: (event: Frame) => void;
  /** What the page's console said last. */
  readonly console: readonly ConsoleLine[];
}
