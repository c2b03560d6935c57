/**
 * A gesture of the tool that is meant, begun by a pointer or a key. What it takes is told by what
 * lies beneath it, so it is over when that changes: it would take other cells than it showed.
 */
import { effect, untracked } from '@preact/signals';
import type { App } from '../../state/app';
import { say } from '../../state/messages';
import { setCamera } from '../../state/views';
import { text } from '../../text';
import { beginGesture } from '../../tools';
import type { Gesture, Modifiers, ScreenPoint, ToolContext } from '../../tools/tool';
import type { Ui } from '../ui';

/**
 * Begin a gesture in the active view; null where no tool is meant.
 *
 * @param cancel - told when it can't go on; is to cancel it
 */
export function begin(
  context: ToolContext,
  ui: Ui,
  at: ScreenPoint,
  keys: Modifiers,
  cancel: () => void
): Gesture | null {
  const { app, stage } = context;
  const view = app.activeView.peek();
  const gesture = beginGesture(context, view.id, at, keys, ui.operation.peek());
  if (gesture === null) {
    return null;
  }
  if (!view.cameras[view.dimension]) {
    // What was selected can then be told and checked: the picture has a camera of its own.
    setCamera(app, view.id, stage.camera(view.id));
  }
  return new Grounded(app, view.id, gesture, cancel);
}

class Grounded implements Gesture {
  private readonly unfollow: () => void;

  constructor(
    app: App,
    viewId: string,
    private readonly gesture: Gesture,
    cancel: () => void
  ) {
    const before = untracked(() => ground(app, viewId));
    this.unfollow = effect(() => {
      if (ground(app, viewId).some((part, i) => part !== before[i])) {
        untracked(() => {
          cancel();
          say(app, 'info', text.gestureCancelled);
        });
      }
    });
  }

  move(point: ScreenPoint): void {
    this.gesture.move(point);
  }

  end(point: ScreenPoint): void {
    this.unfollow();
    this.gesture.end(point);
  }

  cancel(): void {
    this.unfollow();
    this.gesture.cancel();
  }
}

/** What a gesture stands on. */
function ground(app: App, viewId: string): readonly unknown[] {
  const view = app.onScreen.value.find(({ id }) => id === viewId);
  const place = app.places.value.get(viewId);
  return [
    app.tool.value,
    app.dataset,
    view?.dimension,
    view?.cameras[view.dimension],
    place?.width,
    place?.height
  ];
}
