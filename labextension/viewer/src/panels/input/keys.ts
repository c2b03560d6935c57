/** The keyboard: shortcuts of the whole page, ignored while typing, and what moves the picture. */
import { redo, undo } from '../../state/undo';
import { setCamera, setDimension } from '../../state/views';
import { cancelCandidate, redoCandidate, undoCandidate } from '../../state/candidate';
import { confirmCandidate } from '../../state/confirm';
import type { App } from '../../state/app';
import type { Dimension } from '../../state/types';
import { tools } from '../../tools';
import type { Stage } from '../../tools/tool';
import type { Ui } from '../ui';
import { cameraAfter } from './camera-keys';
import { CrosshairKeys } from './crosshair';
import { Flight } from './flight';
import { LETTERS } from './letters';

/** What the shortcuts act on. */
export interface Keyboard {
  readonly app: App;
  readonly ui: Ui;
  readonly stage: () => Stage | null;
  /** Ends the gesture that the pointer makes; false when there is none. */
  readonly cancelGesture: () => boolean;
}

/** Hear what is typed in the page; returns what ends it. */
export function listen(target: Document, keyboard: Keyboard): () => void {
  const keys = new Keys(keyboard);
  const listeners = new AbortController();
  const { signal } = listeners;
  target.addEventListener(
    'keydown',
    event => {
      if (!event.defaultPrevented && !isTyping(event) && keys.press(event)) {
        event.preventDefault();
      }
    },
    { signal }
  );
  target.addEventListener('keyup', event => keys.flight.release(event), { signal });
  // A key that is let go elsewhere is never heard of.
  target.addEventListener('focusout', () => keys.rest(), { signal });
  target.defaultView?.addEventListener('blur', () => keys.rest(), { signal });
  return () => {
    keys.dispose();
    listeners.abort();
  };
}

class Keys {
  readonly flight: Flight;
  private readonly crosshair: CrosshairKeys;

  constructor(private readonly keyboard: Keyboard) {
    const { app, ui, stage } = keyboard;
    this.flight = new Flight(app, stage);
    this.crosshair = new CrosshairKeys(app, ui, stage);
  }

  /** The keyboard is elsewhere. */
  rest(): void {
    this.flight.stop();
    this.crosshair.cancel();
  }

  dispose(): void {
    this.flight.stop();
    this.crosshair.dispose();
  }

  /** Does what the key says; false when it says nothing here. */
  press(event: KeyboardEvent): boolean {
    const { app, ui } = this.keyboard;
    const onPicture = event.target instanceof HTMLCanvasElement;
    const held = event.ctrlKey || event.metaKey;
    if (held && !event.altKey && event.key.toLowerCase() === 'z') {
      stepHistory(app, event.shiftKey);
      return true;
    }
    if (event.key === 'Escape') {
      return this.escape();
    }
    // Held keys say what a gesture does, so they come before what ignores them.
    if (ui.sheet.value === null && onPicture && this.crosshair.press(event)) {
      return true;
    }
    if (held || event.altKey) {
      return false;
    }
    if (event.key === '?') {
      ui.sheet.value = ui.sheet.value === 'help' ? null : 'help';
      return true;
    }
    if (ui.sheet.value !== null) {
      return false;
    }
    if (event.key === 'Enter') {
      return !isControl(event) && confirm(app);
    }
    if (onPicture && this.flight.press(event)) {
      return true;
    }
    return (
      this.chooseDimension(event.key) ||
      this.chooseTool(event.key) ||
      (onPicture && this.moveCamera(event)) ||
      this.letter(event.key)
    );
  }

  private escape(): boolean {
    const { app, ui, cancelGesture } = this.keyboard;
    if (ui.sheet.value !== null) {
      ui.sheet.value = null;
    } else if (!cancelGesture() && !this.crosshair.cancel()) {
      if (app.candidate.value.cells === null) {
        const shown = ui.crosshair.value !== null;
        ui.crosshair.value = null;
        return shown;
      }
      cancelCandidate(app);
    }
    return true;
  }

  private letter(key: string): boolean {
    const act = LETTERS.get(key);
    act?.(this.keyboard.app, this.keyboard.ui);
    return act !== undefined;
  }

  private chooseDimension(key: string): boolean {
    const { app } = this.keyboard;
    const dimension = (['1', '2', '3'].indexOf(key) + 1) as Dimension | 0;
    if (dimension === 0 || !app.dataset.dimensions.includes(dimension)) {
      return false;
    }
    this.cancel();
    setDimension(app, dimension);
    return true;
  }

  private chooseTool(key: string): boolean {
    const { app } = this.keyboard;
    const tool = tools.find(one => one.key === key);
    if (!tool) {
      return false;
    }
    this.cancel();
    app.tool.value = app.tool.value === tool.id ? null : tool.id;
    return true;
  }

  private cancel(): void {
    this.keyboard.cancelGesture();
    this.crosshair.cancel();
  }

  private moveCamera(event: KeyboardEvent): boolean {
    const { app, stage } = this.keyboard;
    const surface = stage();
    const { id } = app.activeView.value;
    const next = surface && cameraAfter(event, surface.camera(id), surface.size(id));
    if (next) {
      setCamera(app, id, next);
    }
    return next !== null;
  }
}

/** Undoes a step of the selection being made, or without one the last change of the page. */
export function stepHistory(app: App, forward: boolean): void {
  if (app.candidate.value.cells !== null || (forward && app.canRedoCandidate.value)) {
    (forward ? redoCandidate : undoCandidate)(app);
  } else {
    (forward ? redo : undo)(app);
  }
}

function confirm(app: App): boolean {
  if (!app.candidate.value.cells?.length) {
    return false;
  }
  confirmCandidate(app);
  return true;
}

/** Keys belong to a field that takes text; a checkbox or a button does not. */
function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  if (target instanceof HTMLInputElement) {
    return !['checkbox', 'radio', 'button', 'range'].includes(target.type);
  }
  return (
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLElement && target.isContentEditable)
  );
}

/** Enter on a button presses it; it confirms only elsewhere. */
function isControl(event: KeyboardEvent): boolean {
  return event.target instanceof HTMLElement && event.target.closest('button, a, summary') !== null;
}
