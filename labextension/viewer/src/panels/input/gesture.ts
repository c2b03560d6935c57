/** A gesture of the tool that is meant, begun by a pointer or a key. */
import { setCamera } from '../../state/views';
import { beginGesture } from '../../tools';
import type { Gesture, Modifiers, ScreenPoint, ToolContext } from '../../tools/tool';
import type { Ui } from '../ui';

/** Begin a gesture in the active view; null where no tool is meant. */
export function begin(
  context: ToolContext,
  ui: Ui,
  at: ScreenPoint,
  keys: Modifiers
): Gesture | null {
  const { app, stage } = context;
  const view = app.activeView.peek();
  const gesture = beginGesture(context, view.id, at, keys, ui.operation.peek());
  if (gesture !== null && !view.cameras[view.dimension]) {
    // What was selected can then be told and checked: the picture has a camera of its own.
    setCamera(app, view.id, stage.camera(view.id));
  }
  return gesture;
}
