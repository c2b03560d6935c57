/** What Python may ask of the page: a table from the command's name to what it does. */
import { boolean, CheckError, oneOf, optional, own, text, type JsonObject } from '../base/check';
import { MAX_KEY, type FieldRef } from '../data/field';
import type { App } from '../state/app';
import { Fields } from '../state/fields';
import { setVisibility } from '../state/filters';
import { addGroup } from '../state/groups';
import { say } from '../state/messages';
import { clearPage } from '../state/pages';
import { parseColor } from '../state/palette';
import { frameAll, setField } from '../state/views';
import { text as words } from '../text';
import { cellsOf } from './cells';
import type { CommandContext } from './context';
import type { Frame } from './numbered';
import { handOverSession, takeSession } from './sessions';
import { debugSnapshot } from './snapshot';

type Command = (context: CommandContext, frame: JsonObject) => void | Promise<void>;

const REQUEST_ID = 64;
const PYTHON = { origin: 'python' } as const;
const UNRECORDED = { ...PYTHON, record: false } as const;

const commands = new Map<string, Command>([
  ['ping', ({ emit }, frame) => emit({ type: 'pong', requestId: requestId(frame) })],
  ['debug_snapshot', (context, frame) => context.emit(debugSnapshot(context, requestId(frame)))],
  ['resetCamera', ({ app }) => app.changes.change('camera', () => frameAll(app), UNRECORDED)],
  ['clearHighlights', ({ app }) => app.changes.change(words.didClearPage, () => clearPage(app), PYTHON)],
  ['highlight', highlight],
  ['setVisibility', setVisible],
  ['setColorBy', setColorBy],
  ['refresh', refresh],
  ['freeze', ({ app }) => void (app.frozen.value = true)],
  ['loadSession', (context, frame) => takeSession(context, own(frame, 'url'), requestId(frame))],
  ['requestSessionBundle', (context, frame) => handOverSession(context, requestId(frame))]
]);

/** Commands that only ask how things are; the others are done one after the other. */
const ASKING = ['ping', 'debug_snapshot'];

/**
 * Does what it is told, in the order it is told, however long one thing takes. What is not done yet
 * stands in `app.commands`, so that it is not lost when the page is taken off the notebook.
 */
export class Obedience {
  #turn: Promise<void> = Promise.resolve();
  /** A refresh that has not begun. */
  #refresh: Promise<void> | null = null;

  /** Begins with what a page before this one has left undone. */
  constructor(private readonly context: CommandContext) {
    const { commands } = context.app;
    const left = commands.peek();
    commands.value = [];
    for (const frame of left) {
      // Python asks a new page for the session by itself.
      if (isFrame(frame) && frame.type !== 'requestSessionBundle') {
        void this.take(frame);
      }
    }
  }

  /** Settles once the frame was obeyed, or its error told. */
  take(frame: Frame): Promise<void> {
    if (ASKING.includes(frame.type)) {
      return obey(this.context, frame);
    }
    const isRefresh = frame.type === 'refresh';
    if (isRefresh && this.#refresh !== null) {
      // That one will read what there is by then, so this one is done with it.
      return this.#refresh;
    }
    const { commands } = this.context.app;
    commands.value = [...commands.peek(), frame];
    this.#turn = this.#turn
      .then(() => {
        if (isRefresh) {
          this.#refresh = null;
        }
        return obey(this.context, frame);
      })
      .then(() => void (commands.value = commands.peek().filter(waiting => waiting !== frame)));
    if (isRefresh) {
      this.#refresh = this.#turn;
    }
    return this.#turn;
  }
}

function isFrame(value: JsonObject): value is Frame {
  return typeof value['type'] === 'string';
}

/** Do what a frame asks; what is unknown or wrong is answered with `command_error`. */
async function obey(context: CommandContext, frame: Frame): Promise<void> {
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

async function highlight({ app, server }: CommandContext, frame: JsonObject): Promise<void> {
  const color = optional(own(frame, 'color'), 'color', (v, p) => text(v, p, 7));
  if (color !== null && parseColor(color) === null) {
    throw new CheckError('color', 'a colour such as #d62728');
  }
  const cells = await cellsOf(server, own(frame, 'cells'), app.dataset.nCells);
  addGroup(app, 'combined', words.groupFromPython(cells.length), cells, color);
}

async function setVisible({ app, server }: CommandContext, frame: JsonObject): Promise<void> {
  const visible = boolean(own(frame, 'visible'), 'visible');
  const given = own(frame, 'cells') ?? null;
  const cells = given === null ? null : await cellsOf(server, given, app.dataset.nCells);
  setVisibility(app, cells, visible);
}

async function refresh({ app }: CommandContext): Promise<void> {
  try {
    await app.shown.refresh();
  } catch (error) {
    say(app, 'error', error instanceof Error ? error.message : String(error));
    throw error;
  }
}

async function setColorBy({ app }: CommandContext, frame: JsonObject): Promise<void> {
  const key = optional(own(frame, 'field'), 'field', (v, p) => text(v, p, MAX_KEY));
  if (key === null) {
    colourBy(app, null);
    return;
  }
  const named = optional(own(frame, 'source'), 'source', (v, p) =>
    oneOf<'obs' | 'var'>(v, p, ['obs', 'var'])
  );
  const find = (fields: Fields): FieldRef | null => fields.find(key, named);
  const { edits } = app.fields.peek();
  // This page may have missed that the dataset was refreshed.
  if (!find(app.fields.peek()) && find(new Fields(await app.dataset.reopened(), edits))) {
    await app.shown.refresh();
  }
  const field = find(app.fields.peek());
  if (field === null) {
    const isDeleted = app.fields.peek().deleted.some(({ name, ref }) => name === key || ref.key === key);
    throw isDeleted
      ? new Error(`field: “${key}” was deleted in the viewer: restore it there first`)
      : new CheckError('field', `a field or a gene that this viewer shows, not “${key}”`);
  }
  colourBy(app, field);
}

function colourBy(app: App, field: FieldRef | null): void {
  const name = field && app.fields.peek().nameOf(field);
  app.changes.change(words.didColour(name), () => setField(app, field), PYTHON);
}
