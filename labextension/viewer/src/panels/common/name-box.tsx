/** Takes a name: Enter and leaving the box accept what was typed; Escape, or nothing typed, gives null. */
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

interface NameBoxProps {
  readonly name: string;
  /** What the name is for. */
  readonly label: string;
  /** Whether the name is only proposed, so that Enter takes it as it stands. */
  readonly proposed?: boolean;
  readonly done: (name: string | null) => void;
}

export function NameBox(props: NameBoxProps): JSX.Element {
  const box = useRef<HTMLInputElement>(null);
  const answered = useRef(false);
  // As the box shows it: without the line ends that a name may have.
  const first = useRef('');
  const answer = (name: string | null): void => {
    // Enter takes the box away, which takes the focus from it: only the first answer counts.
    if (!answered.current) {
      answered.current = true;
      props.done(name);
    }
  };
  const edited = (name: string): string | null => (name === first.current ? null : name);
  // Before the next key can come: a passive effect would wait for a frame.
  useLayoutEffect(() => {
    const before = document.activeElement;
    const input = box.current;
    first.current = input?.value ?? '';
    input?.focus();
    input?.select();
    return () => {
      // Who typed goes on where they were; who has gone elsewhere stays there.
      if (document.activeElement === input && before instanceof HTMLElement && before.isConnected) {
        before.focus();
      }
    };
  }, []);
  return (
    <input
      ref={box}
      class="cx-input cx-rename"
      type="text"
      maxLength={200}
      aria-label={props.label}
      defaultValue={props.name}
      onBlur={event => answer(edited(event.currentTarget.value))}
      onKeyDown={event => {
        if (event.key === 'Enter') {
          // It presses no button that gets the focus now.
          event.preventDefault();
          const { value } = event.currentTarget;
          answer(props.proposed === true ? value : edited(value));
        } else if (event.key === 'Escape') {
          event.stopPropagation();
          answer(null);
        }
      }}
    />
  );
}
