/** Joins the app to its channel: events out, commands in, and what the connection is like. */
import { FetchError, type ViewerServer } from '../data/fetch';
import type { Sessions } from '../session/sessions';
import type { App } from '../state/app';
import { say } from '../state/messages';
import { text } from '../text';
import { packCells } from './cells';
import { Obedience } from './commands';
import { followConsole } from './console';
import type { Frame } from './numbered';
import { Outside } from './outside';
import { Channel } from './socket';

/** Below the server's limit for one frame, with room for the envelope. */
const LARGEST_FRAME = 900_000;

/** Open the channel; returns what closes it. */
export function connect(app: App, server: ViewerServer, sessions: Sessions): () => void {
  const emit = (event: Frame): void => {
    if (JSON.stringify(event).length < LARGEST_FRAME) {
      if (!channel.send(event)) {
        say(app, 'error', text.notTold(text.lostForLong));
      }
      return;
    }
    server.postEvent(event).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      say(app, 'error', text.notTold(why));
    });
  };
  const gone = (reason: unknown): void => {
    const known = typeof reason === 'string' && Object.hasOwn(text.kernelGone, reason);
    app.connection.value = {
      state: 'gone',
      reason: (known ? text.kernelGone[reason] : undefined) ?? text.runAgain
    };
  };
  const said = followConsole(console, window, line => emit({ type: 'console', ...line }));
  const obedience = new Obedience({ app, server, sessions, emit, console: said.lines });
  let greeted = false;
  const channel: Channel = new Channel(server.channelUrl, {
    opened: welcome => {
      outside.token = welcome['viewerToken'];
      if (welcome['kernelConnected'] === true) {
        app.connection.value = { state: 'open' };
      } else {
        gone('disconnected');
      }
      if (!greeted) {
        greeted = true;
        emit({
          type: 'ready',
          n_cells: app.dataset.nCells,
          dimensions: app.dataset.dimensions,
          datasetId: app.dataset.id
        });
      }
    },
    received: frame => {
      if (frame.type === 'kernel_connected') {
        app.connection.value = { state: 'open' };
      } else if (frame.type === 'kernel_gone') {
        gone(frame['reason']);
      } else {
        void obedience.take(frame);
      }
    },
    lost: wasOpen => {
      if (!wasOpen) {
        void noticeLogin();
      }
      // That the kernel is gone says more, and what to do.
      if (app.connection.peek().state !== 'gone') {
        app.connection.value = { state: 'lost' };
      }
    },
    refused: (code, reason) => {
      const words =
        code === 4401
          ? text.loginExpired
          : code === 4404
            ? text.viewerGone
            : text.channelClosed(code, reason);
      app.connection.value = { state: 'gone', reason: words };
    }
  });
  /** A browser does not tell why it got no websocket; an ordinary request does. */
  const noticeLogin = async (): Promise<void> => {
    const error: unknown = await server.seen().catch((why: unknown) => why);
    const known = error instanceof FetchError ? error : null;
    if (known !== null && ([401, 403].includes(known.status) || known.code === 'html')) {
      channel.close();
      app.connection.value = { state: 'gone', reason: text.loginExpired };
    }
  };
  app.onDone(done => {
    if (done.type !== 'selection') {
      emit(done);
      return;
    }
    // To pack many takes a while, and the screen shows first what was confirmed.
    setTimeout(() => emit({ ...done, cells: packCells(done.cells) }));
  });
  const outside = new Outside(server.viewerId, frame => void obedience.take(frame));
  return () => {
    said.stop();
    outside.close();
    channel.close();
  };
}
