/** A part of the side panel with a heading that folds it. */
import type { ComponentChildren, JSX } from 'preact';
import type { App } from '../../state/app';
import { unfold } from '../../state/panels';

interface SectionProps {
  readonly app: App;
  /** By which it is known whether it is open; it never changes. */
  readonly name: string;
  readonly title: string;
  /** Stands beside the title, also when it is folded. */
  readonly aside?: ComponentChildren;
  /** Whether it begins so. */
  readonly folded?: boolean;
  readonly children: ComponentChildren;
}

export function Section(props: SectionProps): JSX.Element {
  const { app, name, title, aside, folded = false, children } = props;
  const open = app.panels.value.sections[name] ?? !folded;
  return (
    <section class="cx-section" aria-label={title}>
      <header class="cx-head">
        <h2>
          <button
            type="button"
            class="cx-fold"
            aria-expanded={open}
            onClick={() => unfold(app, name, !open)}
          >
            {title}
          </button>
        </h2>
        {aside}
      </header>
      {open && children}
    </section>
  );
}
