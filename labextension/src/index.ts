import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IThemeManager } from '@jupyterlab/apputils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { Keeper } from './keeper';
import { rendererFactory } from './renderer';
import { Server } from './server';
import { ThemeSource } from './theme';

// For as long as the browser's page lives: outputs come and go, and come back.
const keeper = new Keeper();

const viewer: JupyterFrontEndPlugin<void> = {
  id: 'cellucid-ext:viewer',
  description: 'Shows viewers in the outputs of notebooks.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [IThemeManager, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    registry: IRenderMimeRegistry,
    themes: IThemeManager | null,
    translator: ITranslator | null
  ) => {
    registry.addFactory(
      rendererFactory({
        server: new Server(app.serviceManager.serverSettings),
        keeper,
        themes: new ThemeSource(themes),
        trans: (translator ?? nullTranslator).load('cellucid_ext')
      })
    );
  }
};

export default viewer;
