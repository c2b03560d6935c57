import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import { makeCard, type Trouble } from './card';
import { folderOf } from './folder';
import { Frame, type Shown } from './frame';
import type { Keeper } from './keeper';
import { MIME_TYPE, OutputError, readOutput, type Output } from './output';
import type { Server } from './server';
import type { ThemeSource } from './theme';

/** What all outputs of this front end share. */
export interface Surroundings {
  readonly server: Server;
  readonly keeper: Keeper;
  readonly themes: ThemeSource;
  readonly trans: TranslationBundle;
}

/** Before text/html, which Jupyter ranks 50 and strips of frames in notebooks it does not trust. */
const RANK = 40;

export function rendererFactory(surroundings: Surroundings): IRenderMime.IRendererFactory {
  return {
    // The output holds ids only, and all it can lead to is behind the server's login.
    safe: true,
    mimeTypes: [MIME_TYPE],
    defaultRank: RANK,
    createRenderer: ({ resolver }) => new ViewerOutput(surroundings, resolver)
  };
}

function shownOf({ viewerId, title, height }: Output): Shown {
  return { key: viewerId, title, height, told: { 'cellucid-viewer': viewerId } };
}

/** A viewer in a notebook's output: its page, or a card that says why there is none. */
class ViewerOutput extends Widget implements IRenderMime.IRenderer {
  constructor(
    private readonly around: Surroundings,
    private readonly resolver: IRenderMime.IResolver | null
  ) {
    super();
    this.addClass('cellucid-Viewer');
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    let output: Output;
    try {
      output = readOutput(model.data[MIME_TYPE]);
    } catch (error) {
      if (!(error instanceof OutputError)) {
        throw error;
      }
      this.output = null;
      this.showCard({ state: 'invalid', detail: error.message });
      return;
    }
    const same = this.frame !== null && this.output?.viewerId === output.viewerId;
    this.output = output;
    if (same) {
      // Drawn already: a new frame would lose the camera for nothing.
      this.frame?.update(shownOf(output));
      return;
    }
    await this.open(output);
  }

  override dispose(): void {
    this.frame?.dispose();
    this.frame = null;
    super.dispose();
  }

  protected override onBeforeAttach(message: Message): void {
    super.onBeforeAttach(message);
    this.frame?.load();
  }

  protected override onAfterDetach(message: Message): void {
    super.onAfterDetach(message);
    this.frame?.unload();
  }

  private async open(output: Output): Promise<void> {
    this.showWaiting();
    const answer = await this.around.server.ask(output.viewerId);
    if (this.isDisposed || this.output !== output) {
      return;
    }
    if (answer.state !== 'known') {
      this.showCard(answer);
      return;
    }
    const { server, keeper, themes } = this.around;
    const folder = (): Promise<string> => folderOf(this.resolver);
    const frame = new Frame(shownOf(output), server.baseUrl, keeper, themes, folder);
    this.replace(frame.element);
    this.frame = frame;
  }

  private showWaiting(): void {
    const waiting = document.createElement('p');
    waiting.className = 'cellucid-Viewer-waiting';
    waiting.setAttribute('role', 'status');
    waiting.textContent = this.around.trans.__('Asking the server for this viewer…');
    this.replace(waiting);
  }

  private showCard(trouble: Trouble): void {
    const retry = async (): Promise<void> => {
      if (this.output !== null) {
        await this.open(this.output);
        // The button that had the focus went with the old card.
        this.node.querySelector<HTMLElement>('button, iframe')?.focus();
      }
    };
    this.replace(makeCard(trouble, this.around.trans, () => void retry()));
  }

  private replace(child: HTMLElement): void {
    this.frame?.dispose();
    this.frame = null;
    this.node.replaceChildren(child);
  }

  private output: Output | null = null;
  private frame: Frame | null = null;
}
