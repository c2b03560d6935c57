/** A name that is edited in place: when it was, the focus goes to the menu it was asked for in. */
import { useSignal, type Signal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** What a name is asked for. */
export interface Asked {
  readonly label: string;
  /** What stands in the box first. */
  readonly name: string;
  /** Whether that is only proposed, so that Enter takes it as it stands. */
  readonly proposed?: boolean;
  readonly done: (name: string) => void;
}

export interface Naming {
  /** What the box and the menu stand in. */
  readonly box: RefObject<HTMLDivElement>;
  /** Null while no name is asked for. */
  readonly naming: Signal<Asked | null>;
}

export function useNaming(): Naming {
  const box = useRef<HTMLDivElement>(null);
  const naming = useSignal<Asked | null>(null);
  const was = useRef(false);
  const is = naming.value !== null;
  useLayoutEffect(() => {
    // Whoever clicked elsewhere is there already.
    if (was.current && !is && document.activeElement === document.body) {
      box.current?.querySelector<HTMLElement>('.cx-menu > button')?.focus();
    }
    was.current = is;
  }, [is]);
  return { box, naming };
}
