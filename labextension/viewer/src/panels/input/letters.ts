/** Shortcuts of one letter; the tools have theirs, and the dimensions their digits. */
import type { App } from '../../state/app';
import { keepView, setLayout, stepView } from '../../state/layout';
import { clearPage } from '../../state/pages';
import { frameAll, setEdges, setNavigation } from '../../state/views';
import { toggleFullScreen } from '../page/full-screen';
import { setPanelOpen, type Ui } from '../ui';

export const LETTERS: ReadonlyMap<string, (app: App, ui: Ui) => void> = new Map<
  string,
  (app: App, ui: Ui) => void
>([
  ['r', frameAll],
  ['f', toggleFullScreen],
  ['h', (app, ui) => setPanelOpen(app, ui, !ui.panelOpen.value)],
  ['x', app => clearPage(app)],
  ['v', keepView],
  ['m', app => setLayout(app, app.layout.value.mode === 'grid' ? 'single' : 'grid')],
  ['[', app => stepView(app, -1)],
  [']', app => stepView(app, 1)],
  ['o', app => setNavigation(app, 'orbit')],
  ['g', app => setNavigation(app, 'fly')],
  ['e', app => setEdges(app, !app.activeView.value.look.edges)]
]);
