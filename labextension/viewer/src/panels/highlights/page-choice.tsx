/** A small question: which page, and what to do with it. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Page } from '../../state/types';
import { text } from '../../text';

interface Choice {
  readonly label: string;
  readonly hint: string;
  readonly act: (pageId: string) => void;
}

interface PageChoiceProps {
  readonly label: string;
  readonly pages: readonly Page[];
  /** The page that is chosen at first; null for the first there is. */
  readonly first: string | null;
  readonly choices: readonly Choice[];
  readonly done: () => void;
}

export function PageChoice({ label, pages, first, choices, done }: PageChoiceProps): JSX.Element {
  const chosen = useSignal(first);
  const box = useRef<HTMLSelectElement>(null);
  const pageId = (pages.find(page => page.id === chosen.value) ?? pages[0])?.id;
  useLayoutEffect(() => {
    const before = document.activeElement;
    box.current?.focus();
    // Whoever is done is where they were.
    return () => before instanceof HTMLElement && before.isConnected && before.focus();
  }, []);
  return (
    <div
      class="cx-asked"
      role="group"
      aria-label={label}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          done();
        }
      }}
    >
      <span class="cx-label">{label}</span>
      <select
        ref={box}
        class="cx-input"
        aria-label={label}
        value={pageId}
        onChange={event => (chosen.value = event.currentTarget.value)}
      >
        {pages.map(page => (
          <option key={page.id} value={page.id}>
            {page.name}
          </option>
        ))}
      </select>
      <div class="cx-set">
        {choices.map(choice => (
          <button
            key={choice.label}
            type="button"
            class="cx-tool cx-act"
            title={choice.hint}
            disabled={pageId === undefined}
            onClick={() => {
              done();
              choice.act(pageId!);
            }}
          >
            {choice.label}
          </button>
        ))}
        <span class="cx-space" />
        <button type="button" class="cx-tool" onClick={done}>
          {text.notNow}
        </button>
      </div>
    </div>
  );
}
