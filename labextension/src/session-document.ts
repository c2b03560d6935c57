import { PathExt } from '@jupyterlab/coreutils';
import {
  ABCWidgetFactory,
  DocumentWidget,
  TextModelFactory,
  type DocumentRegistry
} from '@jupyterlab/docregistry';
import { Widget } from '@lumino/widgets';

import { makeCard } from './card';
import type { Surroundings } from './renderer';
import { makeSessionCard, type Data } from './session-card';

/** The name of the file type, the model and the viewer of session files. */
export const SESSION = 'cellucid-session';

type Create = TextModelFactory['createNew'];

/** A document whose content is never loaded here: it may be large, and the server tells of it. */
export class SessionModelFactory extends TextModelFactory {
  override get name(): string {
    return SESSION;
  }

  override get fileFormat(): null {
    return null;
  }

  override createNew(options: Parameters<Create>[0] = {}): ReturnType<Create> {
    // Jupyter copies into a checkpoint what it opens, unless others take care of it.
    return super.createNew({ ...options, collaborationEnabled: true });
  }
}

/** Makes the document that tells of a session file. */
export class SessionWidgetFactory extends ABCWidgetFactory<DocumentWidget<SessionView>> {
  /** @param open - Called with the path of a session and what it is to be opened with. */
  constructor(
    options: DocumentRegistry.IWidgetFactoryOptions,
    private readonly around: Surroundings,
    private readonly open: (path: string, data: Data) => void
  ) {
    super(options);
  }

  protected override createNewWidget(
    context: DocumentRegistry.Context
  ): DocumentWidget<SessionView> {
    return new DocumentWidget({ content: new SessionView(context, this.around, this.open), context });
  }
}

/** What the server tells of a session file, or a card that says why it tells nothing. */
export class SessionView extends Widget {
  constructor(
    private readonly context: DocumentRegistry.Context,
    private readonly around: Surroundings,
    private readonly open: (path: string, data: Data) => void
  ) {
    super();
    this.addClass('cellucid-SessionView');
    // Told of when the file is found at first, too; but not to a second view of it.
    context.fileChanged.connect(() => void this.draw());
    if (context.isReady) {
      void this.draw();
    }
    context.pathChanged.connect(() => void this.draw());
  }

  private async draw(): Promise<void> {
    const path = this.context.localPath;
    const told = await this.around.server.describe(path);
    if (this.isDisposed || path !== this.context.localPath) {
      return;
    }
    const again = async (): Promise<void> => {
      await this.draw();
      // The button that had the focus went with the old card.
      [...this.node.querySelectorAll('button')].at(-1)?.focus();
    };
    const { trans } = this.around;
    const card =
      told.state === 'described'
        ? makeSessionCard(
            PathExt.basename(path),
            told.session,
            trans,
            data => {
              this.open(path, data);
            },
            () => void again()
          )
        : makeCard(told, trans, () => void again());
    this.node.replaceChildren(card);
  }
}
