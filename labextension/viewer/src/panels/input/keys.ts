/** The keyboard: shortcuts of the whole page, ignored while typing, and what moves the picture. */
import { redoLast, undoLast } from '../../state/undo';
import { setCamera, setDimension } from '../../state/views';
import { cancelCandidate } from '../../state/candidate';
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
    const held = isHeld(event);
    if (held && !event.altKey && ['z', 'y'].includes(event.key.toLowerCase())) {
      // What it would take back is out of sight behind a sheet.
      if (ui.sheet.value === null) {
        const forward = event.shiftKey || event.key.toLowerCase() === 'y';
        (forward ? redoLast : undoLast)(app);
      }
      return true;
    }
    if (held && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 's') {
      // Behind a sheet it does nothing, not even what the browser would.
      ui.sheet.value ??= 'save';
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
    // A box in which nothing is typed has nothing of its own to undo.
    const undoes = isHeld(event) && target.dataset.untouched === 'true';
    return !undoes && !['checkbox', 'radio', 'button', 'range', 'color'].includes(target.type);
  }
  if (target instanceof HTMLSelectElement) {
    // Letters go to one of its lines.
    return !isHeld(event) && event.key !== 'Escape';
  }
  return (
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLElement && target.isContentEditable)
  );
}

function isHeld(event: KeyboardEvent): boolean {
  return event.ctrlKey || event.metaKey;
}

/** Enter on a button presses it; it confirms only elsewhere. */
function isControl(event: KeyboardEvent): boolean {
  const controls = 'button, a, summary, input[type=color]';
  return event.target instanceof HTMLElement && event.target.closest(controls) !== null;
}
