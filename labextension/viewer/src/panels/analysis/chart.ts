import type { App } from '../../state/app';
import type { AnalysisWindow } from '../../state/types';
import type { Ui } from '../ui';

/** What each chart of an analysis window is given. */
export interface ChartProps {
  readonly app: App;
  readonly ui: Ui;
  readonly window: AnalysisWindow;
}
