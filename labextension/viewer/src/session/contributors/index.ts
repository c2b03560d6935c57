/** All contributors, in the order their chunks are written. */
import type { Contributor } from '../contributor';
import { coreState } from './core-state';
import { fieldOverlays } from './field-overlays';
import { highlightsCells, highlightsMeta } from './highlights';
import { identity } from './identity';

export const contributors: readonly Contributor[] = [
  fieldOverlays,
  coreState,
  highlightsMeta,
  highlightsCells,
  identity
];
