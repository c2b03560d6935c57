import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IThemeManager, WidgetTracker } from '@jupyterlab/apputils';
import type { DocumentRegistry, DocumentWidget } from '@jupyterlab/docregistry';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { sessionIcon } from './icon';
import { Keeper } from './keeper';
import { rendererFactory, type Surroundings } from './renderer';
import { Server } from './server';
import {
  SESSION,
  SessionModelFactory,
  SessionWidgetFactory,
  type SessionView
} from './session-document';
import { SessionTabs } from './tab';
import { ThemeSource } from './theme';

// For as long as the browser's page lives: outputs come and go, and come back.
const keeper = new Keeper();

function surroundings(
  app: JupyterFrontEnd,
  themes: IThemeManager | null,
  translator: ITranslator | null
): Surroundings {
  return {
    server: new Server(app.serviceManager.serverSettings),
    keeper,
    themes: new ThemeSource(themes),
    trans: (translator ?? nullTranslator).load('cellucid_ext')
  };
}

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
    registry.addFactory(rendererFactory(surroundings(app, themes, translator)));
  }
};

const sessions: JupyterFrontEndPlugin<void> = {
  id: 'cellucid-ext:sessions',
  description: 'Tells what is in session files, and opens them with their data.',
  autoStart: true,
  optional: [IThemeManager, ITranslator, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    themes: IThemeManager | null,
    translator: ITranslator | null,
    restorer: ILayoutRestorer | null
  ) => {
    const around = surroundings(app, themes, translator);
    const { trans } = around;
    const tabs = new SessionTabs(app, around, restorer);
    app.docRegistry.addFileType({
      name: SESSION,
      displayName: trans.__('Cellucid session'),
      extensions: ['.cellucid-session'],
      mimeTypes: ['application/vnd.cellucid.session'],
      contentType: 'file',
      fileFormat: null,
      icon: sessionIcon
    });
    app.docRegistry.addModelFactory(new SessionModelFactory());
    const factory = new SessionWidgetFactory(
      {
        name: SESSION,
        label: trans.__('Cellucid session'),
        modelName: SESSION,
        fileTypes: [SESSION],
        defaultFor: [SESSION],
        readOnly: true
      },
      around,
      (path, data) => {
        tabs.open(path, data);
      }
    );
    const tracker = new WidgetTracker<DocumentWidget<SessionView>>({ namespace: SESSION });
    factory.widgetCreated.connect((_, document) => {
      document.title.icon = sessionIcon;
      document.context.pathChanged.connect(() => void tracker.save(document));
      void tracker.add(document);
    });
    // Their own factories, as this one, say `undefined` where the type says that nothing stands.
    app.docRegistry.addWidgetFactory(factory as DocumentRegistry.WidgetFactory);
    void restorer?.restore(tracker, {
      command: 'docmanager:open',
      args: ({ context }) => ({ path: context.path, factory: SESSION }),
      name: ({ context }) => context.path
    });
  }
};

export default [viewer, sessions];
