/** What Python may ask of the page: a table from the command's name to what it does. */
import { CheckError, oneOf, optional, own, text, type JsonObject } from '../base/check';
import { FetchError, type Server } from '../data/fetch';
import { uploadSession } from '../data/upload';
import { captureSession } from '../session/capture';
import type { App } from '../state/app';
import { addGroup, clearPage } from '../state/highlights';
import { say } from '../state/messages';
import { frameAll, setField } from '../state/views';
import { readCells } from './cells';
import type { Frame } from './numbered';

export interface CommandContext {
  readonly app: App;
  readonly server: Server;
  /** Send an event back. */
  readonly emit: (event: Frame) => void;
}

type Command = (context: CommandContext, frame: JsonObject) => void | Promise<void>;

const REQUEST_ID = 64;

const commands = new Map<string, Command>([
  ['ping', ({ emit }, frame) => emit({ type: 'pong', requestId: requestId(frame) })],
  ['resetCamera', ({ app }) => frameAll(app)],
  ['clearHighlights', ({ app }) => clearPage(app)],
  [
    'highlight',
    ({ app }, frame) => {
      const cells = readCells(own(frame, 'cells'), app.dataset.nCells);
      addGroup(app, 'combined', `From Python (${cells.length.toLocaleString('en')} cells)`, cells);
    }
  ],
  [
    'setColorBy',
    ({ app }, frame) => {
      const key = optional(own(frame, 'field'), 'field', (v, p) => text(v, p));
      if (key === null) {
        setField(app, null);
        return;
      }
      const named = optional(own(frame, 'source'), 'source', (v, p) =>
        oneOf<'obs' | 'var'>(v, p, ['obs', 'var'])
      );
      const isObs = app.dataset.has({ source: 'obs', key });
      const field = { source: named ?? (isObs ? 'obs' : 'var'), key } as const;
      if (!app.dataset.has(field)) {
        throw new CheckError('field', `an obs column or a gene of this dataset, not “${key}”`);
      }
      setField(app, field);
    }
  ],
  ['debug_snapshot', ({ app, emit }, frame) => emit(debugSnapshot(app, requestId(frame)))],
  ['requestSessionBundle', handOverSession]
]);

/** Do what a frame asks; what is unknown or wrong is answered with `command_error`. */
export async function obey(context: CommandContext, frame: Frame): Promise<void> {
  try {
    const command = commands.get(frame.type);
    if (command === undefined) {
      throw new CheckError('type', `one of ${[...commands.keys()].join(', ')}`);
    }
    await command(context, frame);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const { requestId: asked } = frame;
    context.emit({
      type: 'command_error',
      command: frame.type,
      message,
      // So that whoever waits for the answer need not wait on.
      ...(typeof asked === 'string' ? { requestId: asked.slice(0, REQUEST_ID) } : {})
    });
  }
}

function requestId(frame: JsonObject): string {
  return text(own(frame, 'requestId'), 'requestId', REQUEST_ID);
}

async function handOverSession({ app, server, emit }: CommandContext, frame: JsonObject) {
  const id = requestId(frame);
  try {
    await uploadSession(server, id, await captureSession(app));
    say(app, 'info', 'The session was handed to Python.');
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    say(app, 'error', `The session could not be handed to Python: ${message}`);
    const code = error instanceof FetchError ? error.code : '';
    emit({ type: 'session_bundle', requestId: id, status: 'error', error: { message, code } });
  }
}

function debugSnapshot(app: App, id: string): Frame {
  return {
    type: 'debug_snapshot',
    requestId: id,
    version: __VERSION__,
    views: app.views.peek(),
    viewport: app.viewport.peek(),
    nCells: app.dataset.nCells,
    nVisible: app.nVisible.peek(),
    groups: app.highlights
      .peek()
      .pages.flatMap(page => page.groups)
      .map(({ id: group, label, cells }) => ({ id: group, label, cells: cells.length })),
    messages: app.messages.peek()
  };
}
