import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import { Frame, type Shown } from './frame';
import { sessionIcon } from './icon';
import type { Surroundings } from './renderer';
import type { Data } from './session-card';
import { encodePath } from './session-file';

const COMMAND = 'cellucid:open-session';

/** What a tab shows. */
interface Opened {
  /** Path of the session, below the server's root. */
  readonly session: string;
  readonly data: Data;
  /** Which it is of the tabs that show the same. */
  readonly number: number;
}

/** The tabs that show sessions with their data; they come back with JupyterLab's layout. */
export class SessionTabs {
  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly around: Surroundings,
    restorer: ILayoutRestorer | null
  ) {
    app.commands.addCommand(COMMAND, {
      label: around.trans.__('Open a session with its data'),
      execute: ({ session, data, number }) =>
        this.openAgain(typeof session === 'string' ? session : '', data, Number(number))
    });
    void restorer?.restore(this.tracker, {
      command: COMMAND,
      args: ({ content: { opened } }) => ({ ...opened, data: keyOf(opened.data) }),
      name: ({ content: { opened } }) => nameOf(opened)
    });
  }

  /**
   * Show a session with data, in a tab of its own.
   *
   * @param session - Its path, below the server's root.
   */
  open(session: string, data: Data): void {
    const open = new Set<string>();
    this.tracker.forEach(({ content }) => open.add(nameOf(content.opened)));
    let number = 1;
    while (open.has(nameOf({ session, data, number }))) {
      number++;
    }
    this.show({ session, data, number });
  }

  /** A layout outlives files and kernels, and is shown by servers of other folders, too. */
  private async openAgain(session: string, key: unknown, number: number): Promise<void> {
    const told = await this.around.server.describe(session);
    const found = told.state === 'described' ? [...told.session.viewers, ...told.session.datasets] : [];
    const data = found.find(one => keyOf(one) === key);
    if (data === undefined) {
      throw new Error(`${COMMAND}: “${session}” can’t be opened with its data any more`);
    }
    this.show({ session, data, number });
  }

  private show(opened: Opened): void {
    const { app, around, tracker } = this;
    const name = PathExt.basename(opened.session);
    const shown: Shown = {
      // Of its own: a viewer's id has no spaces, and a tab that was closed is not gone on with.
      key: `tab ${++this.count}`,
      title: around.trans.__('%1, a session', name),
      height: null,
      told: { ...toldOf(opened.data), 'cellucid-session': encodePath(opened.session) }
    };
    const tab = new MainAreaWidget({ content: new ViewerTab(opened, shown, around) });
    tab.title.label = name.replace(/\.cellucid-session$/, '');
    tab.title.caption = opened.session;
    tab.title.icon = sessionIcon;
    tab.title.closable = true;
    tab.toolbar.hide();
    app.shell.add(tab, 'main');
    app.shell.activateById(tab.id);
    void tracker.add(tab);
  }

  private readonly tracker = new WidgetTracker<MainAreaWidget<ViewerTab>>({
    namespace: 'cellucid-tab'
  });
  private count = 0;
}

function keyOf(data: Data): string {
  return 'viewerId' in data ? `viewer ${data.viewerId}` : `dataset ${data.path}`;
}

function nameOf({ session, data, number }: Opened): string {
  return JSON.stringify([session, keyOf(data), number]);
}

function toldOf(data: Data): Shown['told'] {
  return 'viewerId' in data
    ? { 'cellucid-viewer': data.viewerId }
    : { 'cellucid-dataset': encodePath(data.path) };
}

/** A viewer's page that fills a tab. */
class ViewerTab extends Widget {
  constructor(
    readonly opened: Opened,
    shown: Shown,
    { server, keeper, themes }: Surroundings
  ) {
    super();
    this.addClass('cellucid-Tab');
    const folder = (): Promise<string> => Promise.resolve(PathExt.dirname(opened.session));
    this.frame = new Frame(shown, server.baseUrl, keeper, themes, folder);
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
