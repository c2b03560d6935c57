/** The panel of the tool that has no gestures: cells by their names, or by a condition. */
import { useSignal, type Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { App } from '../../state/app';
import { readNames, selectNames, selectWhere } from '../../state/by-name';
import type { SetOperation } from '../../state/types';
import { text } from '../../text';
import { Icon } from '../common/icons';
import type { SelectBy, Ui } from '../ui';

const MODES = ['names', 'condition'] as const satisfies SelectBy[];

interface Answer {
  readonly words: readonly string[];
  readonly wrong: boolean;
}

const SILENT: Answer = { words: [], wrong: false };

export function ByName({ app, ui }: { app: App; ui: Ui }): JSX.Element {
  const { typed } = ui;
  // A condition that waits is what one comes back to.
  const waits = typed.names.peek() === '' && typed.condition.peek() !== '';
  const mode = useSignal<SelectBy>(waits ? 'condition' : 'names');
  const answer = useSignal(SILENT);
  const busy = useSignal(false);
  const box = useRef<HTMLTextAreaElement>(null);
  // Before the next key can come, which would be typed over.
  useLayoutEffect(() => {
    box.current?.focus();
    // What was typed before can be edited, or be typed over.
    box.current?.select();
  }, [mode.value]);
  const select = async (): Promise<void> => {
    busy.value = true;
    const words = typed[mode.peek()].peek();
    answer.value = await answerTo(app, mode.peek(), words, ui.operation.peek());
    busy.value = false;
  };
  return (
    <form
      class="cx-by-name"
      aria-label={text.tool.byName}
      onSubmit={event => {
        event.preventDefault();
        void select();
      }}
    >
      <header class="cx-head">
        <div class="cx-set" role="radiogroup" aria-label={text.selectBy}>
          {MODES.map(one => (
            <button
              key={one}
              type="button"
              role="radio"
              class="cx-tool"
              aria-checked={mode.value === one}
              onClick={() => {
                mode.value = one;
                answer.value = SILENT;
              }}
            >
              {text.selectByModes[one]}
            </button>
          ))}
        </div>
        <button
          type="button"
          class="cx-small"
          aria-label={text.close}
          onClick={() => (app.tool.value = null)}
        >
          <Icon name="close" />
        </button>
      </header>
      <Box
        key={mode.value}
        app={app}
        mode={mode.value}
        typed={typed[mode.value]}
        box={box}
        select={select}
      />
      <div class="cx-by-name-foot">
        <div role="status" class="cx-answer" data-wrong={answer.value.wrong} data-testid="by-name">
          {answer.value.words.map(line => (
            <p key={line}>{line}</p>
          ))}
        </div>
        <button
          type="submit"
          class="cx-confirm"
          disabled={busy.value || typed[mode.value].value.trim() === ''}
        >
          {text.select}
        </button>
      </div>
    </form>
  );
}

interface BoxProps {
  readonly app: App;
  readonly mode: SelectBy;
  readonly typed: Signal<string>;
  readonly box: { current: HTMLTextAreaElement | null };
  readonly select: () => Promise<void>;
}

function Box({ app, mode, typed, box, select }: BoxProps): JSX.Element {
  return (
    <textarea
      ref={box}
      class="cx-input cx-typed"
      aria-label={text.selectByLabels[mode]}
      placeholder={text.selectByHints[mode]}
      rows={mode === 'names' ? 4 : 2}
      spellcheck={false}
      value={typed.value}
      onInput={event => (typed.value = event.currentTarget.value)}
      onKeyDown={event => {
        // A name more begins a new line; a condition ends with one.
        if (event.key === 'Enter' && (mode === 'condition' || event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          if (typed.peek().trim() !== '') {
            void select();
          }
        } else if (event.key === 'Escape') {
          app.tool.value = null;
        }
      }}
    />
  );
}

async function answerTo(
  app: App,
  mode: SelectBy,
  typed: string,
  operation: SetOperation
): Promise<Answer> {
  if (operation === 'remove' && app.candidate.peek().cells === null) {
    return { words: [text.nothingToTakeFrom], wrong: true };
  }
  try {
    if (mode === 'condition') {
      const met = await selectWhere(app, typed, operation);
      return { words: [text.meets(met)], wrong: met === 0 };
    }
    const { cells, unknown, shared, repeated } = await selectNames(
      app,
      readNames(typed),
      operation
    );
    const words = [
      text.named(cells.length),
      ...(unknown.length > 0 ? [text.unknownNames(unknown)] : []),
      ...(unknown.some(name => name.includes(' ')) ? [text.namesWithSpaces] : []),
      ...(repeated > 0 ? [text.repeatedNames(repeated)] : []),
      ...(shared.length > 0 ? [text.sharedNames(shared)] : [])
    ];
    return { words, wrong: cells.length === 0 };
  } catch (error) {
    return { words: [error instanceof Error ? error.message : String(error)], wrong: true };
  }
}
