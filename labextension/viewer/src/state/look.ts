/** Commands on how the active view colours numbers. */
import { text } from '../text';
import type { App } from './app';
import { edit } from './views';

/** Colour numbers by their logarithm, or as they are. */
export function setLog(app: App, log: boolean): void {
  edit(app, text.logColours, ({ look }) => ({ look: look.log === log ? look : { ...look, log } }));
}

/** Let the colours span the range that is filtered for, or that of all values. */
export function setRangeFollows(app: App, rangeFollows: boolean): void {
  edit(app, text.coloursFollow, ({ look }) => ({
    look: look.rangeFollows === rangeFollows ? look : { ...look, rangeFollows }
  }));
}
