import { useMemo } from 'preact/hooks';
import type { App } from '../../state/app';
import { comparedIn, type Compared } from '../../state/compared';
import type { AnalysisWindow } from '../../state/types';
import { text } from '../../text';

/** The sets that a window compares: the same ones until pages, filters or its choice change. */
export function useCompared(app: App, window: AnalysisWindow): readonly Compared[] {
  const pages = app.highlights.value;
  const visible = app.visible.value;
  return useMemo(() => comparedIn(app, window, text.allCells), [app, pages, visible, window.pages]);
}
