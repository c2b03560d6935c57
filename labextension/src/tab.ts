import type { JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import { Frame, type Shown } from './frame';
import { sessionIcon } from './icon';
import type { Surroundings } from './renderer';
import type { Data } from './session-card';
import { encodePath } from './session-file';

let opened = 0;

/**
 * Show a session with data, in a tab of its own.
 *
 * @param path - Of the session, below the server's root.
 */
export function openTab(
  app: JupyterFrontEnd,
  around: Surroundings,
  path: string,
  data: Data
): void {
  const name = PathExt.basename(path);
  const shown: Shown = {
    // Of its own: a viewer's id has no spaces.
    key: `tab ${++opened}`,
    title: around.trans.__('%1, a session', name),
    height: null,
    told: { ...toldOf(data), 'cellucid-session': encodePath(path) }
  };
  const tab = new MainAreaWidget({ content: new ViewerTab(shown, PathExt.dirname(path), around) });
  tab.id = `cellucid-tab-${opened}`;
  tab.title.label = name.replace(/\.cellucid-session$/, '');
  tab.title.caption = path;
  tab.title.icon = sessionIcon;
  tab.title.closable = true;
  tab.toolbar.hide();
  app.shell.add(tab, 'main');
  app.shell.activateById(tab.id);
}

function toldOf(data: Data): Shown['told'] {
  return 'viewerId' in data
    ? { 'cellucid-viewer': data.viewerId }
    : { 'cellucid-dataset': encodePath(data.path) };
}

/** A viewer's page that fills a tab. */
class ViewerTab extends Widget {
  constructor(shown: Shown, folder: string, { server, keeper, themes }: Surroundings) {
    super();
    this.addClass('cellucid-Tab');
    this.frame = new Frame(shown, server.baseUrl, keeper, themes, () => Promise.resolve(folder));
    this.node.append(this.frame.element);
  }

  override dispose(): void {
    this.frame.dispose();
    super.dispose();
  }

  protected override onBeforeAttach(message: Message): void {
    super.onBeforeAttach(message);
    this.frame.load();
  }

  protected override onAfterDetach(message: Message): void {
    super.onAfterDetach(message);
    this.frame.unload();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.frame.element.focus();
  }

  private readonly frame: Frame;
}
