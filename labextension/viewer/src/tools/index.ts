/** The selection tools, in the order of the toolbar: a new one is a file and a line here. */
import { lasso } from './lasso';
import type { Tool } from './tool';

export const tools: readonly Tool[] = [lasso];

const byId: ReadonlyMap<string, Tool> = new Map(tools.map(tool => [tool.id, tool]));

/** The tool with this id; null for none, and for an id nobody knows. */
export function toolById(id: string | null): Tool | null {
  return (id !== null && byId.get(id)) || null;
}
