/** The modifier keys that are held now, wherever the focus is: what the next gesture would do is shown. */
import { useSignal, type Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Modifiers } from '../../tools/tool';

export const NONE: Modifiers = { altKey: false, shiftKey: false, ctrlKey: false, metaKey: false };

export function useHeld(): Signal<Modifiers> {
  const held = useSignal(NONE);
  useEffect(() => {
    const listeners = new AbortController();
    const { signal } = listeners;
    const look = (event: KeyboardEvent | PointerEvent): void => {
      const { altKey, shiftKey, ctrlKey, metaKey } = event;
      const before = held.peek();
      if (
        before.altKey !== altKey ||
        before.shiftKey !== shiftKey ||
        before.ctrlKey !== ctrlKey ||
        before.metaKey !== metaKey
      ) {
        held.value = { altKey, shiftKey, ctrlKey, metaKey };
      }
    };
    // Keys held while the page had no focus are seen when the pointer moves.
    for (const type of ['keydown', 'keyup', 'pointermove'] as const) {
      document.addEventListener(type, look, { signal, capture: true });
    }
    window.addEventListener('blur', () => (held.value = NONE), { signal });
    return () => listeners.abort();
  }, [held]);
  return held;
}
