/** A part of the side panel with a heading that folds it. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';

interface SectionProps {
  readonly title: string;
  /** Stands beside the title, also when it is folded. */
  readonly aside?: ComponentChildren;
  readonly folded?: boolean;
  readonly children: ComponentChildren;
}

export function Section({ title, aside, folded = false, children }: SectionProps): JSX.Element {
  const open = useSignal(!folded);
  return (
    <section class="cx-section" aria-label={title}>
      <header class="cx-head">
        <h2>
          <button
            type="button"
            class="cx-fold"
            aria-expanded={open.value}
            onClick={() => (open.value = !open.value)}
          >
            {title}
          </button>
        </h2>
        {aside}
      </header>
      {open.value && children}
    </section>
  );
}
