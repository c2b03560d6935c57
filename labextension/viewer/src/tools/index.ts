/** The selection tools, in the order of the toolbar: a new one is a file and a line here. */
import type { SetOperation } from '../state/types';
import { annotation } from './annotation';
import { byName } from './by-name';
import { knn } from './knn';
import { lasso } from './lasso';
import { proximity } from './proximity';
import {
  operationOf,
  type Gesture,
  type Modifiers,
  type ScreenPoint,
  type Tool,
  type ToolContext
} from './tool';

export const tools: readonly Tool[] = [lasso, proximity, knn, annotation, byName];

const byId: ReadonlyMap<string, Tool> = new Map(tools.map(tool => [tool.id, tool]));

/** The tool with this id; null for none, and for an id nobody knows. */
export function toolById(id: string | null): Tool | null {
  return (id !== null && byId.get(id)) || null;
}

/** The tool that a press begins a gesture of: the chosen one, or with `Alt` alone the first. */
export function toolFor(chosen: string | null, keys: Modifiers): Tool | null {
  return toolById(chosen) ?? (keys.altKey ? lasso : null);
}

/**
 * Begin a gesture where it is pressed; null where no tool is meant, or it has no use there.
 *
 * @param operation - what it does to the selection, where no modifier key says otherwise
 */
export function beginGesture(
  context: ToolContext,
  viewId: string,
  at: ScreenPoint,
  keys: Modifiers,
  operation: SetOperation
): Gesture | null {
  const { app } = context;
  const tool = toolFor(app.tool.peek(), keys);
  if (!tool?.begin || tool.obstacle(app) !== null) {
    return null;
  }
  return tool.begin(context, viewId, at, operationOf(keys, tool, app) ?? operation);
}
