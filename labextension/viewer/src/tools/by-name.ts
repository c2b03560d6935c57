/** By name: takes the cells whose names are typed, or that meet a typed condition; it has no gestures. */
import { text } from '../text';
import type { Tool } from './tool';

export const byName: Tool = {
  id: 'by-name',
  label: text.tool.byName,
  key: 'n',
  hint: () => text.toolHint.byName,
  obstacle: () => null
};
