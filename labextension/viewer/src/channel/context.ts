/** What commands work with. */
import type { ViewerServer } from '../data/fetch';
import type { Sessions } from '../session/sessions';
import type { App } from '../state/app';
import type { ConsoleLine } from './console';
import type { Frame } from './numbered';

export interface CommandContext {
  readonly app: App;
  readonly server: ViewerServer;
  readonly sessions: Sessions;
  /** Send an event back. */
  readonly emit: (event: Frame) => void;
  /** What the page's console said last. */
  readonly console: readonly ConsoleLine[];
}
