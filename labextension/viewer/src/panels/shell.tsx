/** The page: a side panel, the picture with its toolbars, the status line. */
import { batch } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Folder } from '../data/contents';
import type { Sessions } from '../session/sessions';
import type { App } from '../state/app';
import { text } from '../text';
import { About } from './page/about';
import { Fields } from './fields/fields';
import { SummaryPanel } from './analysis/summary';
import { Windows } from './analysis/windows';
import { Filters } from './filters/filters';
import { Builder } from './highlights/builder';
import { Highlights } from './highlights/highlights';
import { Icon } from './common/icons';
import { LegendPanel } from './legend/legend';
import { Selection } from './selection/selection';
import { LoadingList } from './page/loading';
import { Shortcuts } from './page/shortcuts';
import { Messages, StatusLine, Waiting } from './page/status';
import { Toolbar } from './page/toolbar';
import { Drop } from './session/drop';
import { EarlierWork } from './session/earlier';
import { Save } from './session/save';
import { Share } from './session/share';
import { setPanelOpen, type Ui } from './ui';
import { Badges } from './views/badges';
import { CrosshairMark } from './views/crosshair';

interface ShellProps {
  readonly app: App;
  readonly ui: Ui;
  readonly sessions: Sessions;
  /** The folder of the server in which files beside the notebook go. */
  readonly folder: () => Promise<Folder>;
  /** Puts the picture in an element; returns what takes it away. */
  readonly picture: (host: HTMLElement) => () => void;
}

export function Shell({ app, ui, sessions, folder, picture }: ShellProps): JSX.Element {
  return (
    <div class="cx-shell" data-panel={ui.panelOpen.value ? 'open' : 'closed'}>
      <aside id="cx-panel" class="cx-panel" aria-label={text.panel} hidden={!ui.panelOpen.value}>
        <Title app={app} ui={ui} />
        <Fields app={app} />
        <LegendPanel app={app} />
        <Filters app={app} />
        <Highlights app={app} ui={ui} />
        <SummaryPanel app={app} ui={ui} />
      </aside>
      <main class="cx-main">
        <Toolbar app={app} ui={ui} sessions={sessions} />
        <div class="cx-view">
          {app.still.value === null ? (
            <Picture picture={picture} tool={app.tool.value} />
          ) : (
            <Still app={app} picture={app.still.value} />
          )}
          <Badges app={app} />
          <CrosshairMark app={app} ui={ui} />
          <Windows app={app} ui={ui} />
          <Waiting app={app} />
          <LoadingList app={app} />
          <Messages app={app} />
          <Selection app={app} ui={ui} />
        </div>
        <StatusLine app={app} autosave={sessions.autosave} />
      </main>
      <Shortcuts ui={ui} />
      <About app={app} ui={ui} />
      <Builder app={app} ui={ui} />
      <Save app={app} ui={ui} sessions={sessions} folder={folder} />
      <Share app={app} ui={ui} sessions={sessions} />
      <EarlierWork ui={ui} sessions={sessions} />
      <Drop app={app} ui={ui} sessions={sessions} />
    </div>
  );
}

function Title({ app, ui }: { app: App; ui: Ui }): JSX.Element {
  const { name, nCells, nGenes, report } = app.dataset;
  return (
    <header class="cx-title">
      <div>
        <h1 title={name}>{name}</h1>
        <p>{text.dataset(nCells, nGenes)}</p>
        <button type="button" class="cx-link" onClick={() => (ui.sheet.value = 'about')}>
          {text.aboutButton(report.leftOut.length)}
        </button>
      </div>
      <button
        type="button"
        class="cx-small cx-only-narrow"
        aria-label={text.closePanel}
        onClick={() => setPanelOpen(app, ui, false)}
      >
        <Icon name="close" />
      </button>
    </header>
  );
}

/** The last picture, in place of the drawing. */
function Still({ app, picture }: { app: App; picture: string }): JSX.Element {
  return (
    <div class="cx-picture" data-testid="still">
      <img class="cx-still" src={picture} alt={text.picture} />
      <button type="button" class="cx-confirm cx-go-on" onClick={() => thaw(app)}>
        {text.goOn}
      </button>
    </div>
  );
}

function thaw(app: App): void {
  batch(() => {
    app.frozen.value = false;
    app.still.value = null;
  });
}

function Picture(props: { picture: ShellProps['picture']; tool: string | null }): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const { picture } = props;
  useLayoutEffect(() => (host.current ? picture(host.current) : undefined), [picture]);
  return <div ref={host} class="cx-picture" data-tool={props.tool ?? 'navigate'} />;
}
