/** All contributors, in the order their chunks are written. */
import type { Contributor } from '../contributor';
import { analysisWindows } from './analysis-windows';
import { coreState } from './core-state';
import { dockableLayout } from './dockable-layout';
import { fieldOverlays } from './field-overlays';
import { highlightsCells, highlightsMeta } from './highlights';
import { identity } from './identity';
import { userDefinedCodes } from './user-defined-codes';

export const contributors: readonly Contributor[] = [
  fieldOverlays,
  coreState,
  dockableLayout,
  analysisWindows,
  highlightsMeta,
  userDefinedCodes,
  highlightsCells,
  identity
];
