/** One floating window: moved by its title, resized by its corner, with the mouse or the arrows. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { App } from '../../state/app';
import type { AnalysisWindow, Rect } from '../../state/types';
import { closeWindow, duplicateWindow, placeWindow, raiseWindow } from '../../state/windows';
import { text } from '../../text';
import { usePassedFocus } from '../common/focus';
import { Icon } from '../common/icons';
import type { Ui } from '../ui';
import { openHere } from './open-here';
import { previewCells } from './pointed';

export interface Room {
  readonly width: number;
  readonly height: number;
}

interface WindowFrameProps {
  readonly app: App;
  readonly ui: Ui;
  readonly window: AnalysisWindow;
  /** Those with a higher one lie over it. */
  readonly layer: number;
  /** What it must stay in: a session may come from a larger screen. */
  readonly room: Room;
  readonly children: ComponentChildren;
}

const STEP = 16;
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP]
};

export function WindowFrame(props: WindowFrameProps): JSX.Element {
  const { app, ui, window, room } = props;
  // What was pointed at in it goes with it.
  useEffect(() => () => previewCells(app, null), [app]);
  const box = useRef<HTMLElement>(null);
  usePassedFocus(box, '.cx-window');
  useLayoutEffect(() => {
    if (ui.opened.peek() === window.id) {
      ui.opened.value = null;
      box.current?.querySelector<HTMLElement>('.cx-window-title')?.focus();
    }
  }, [ui, window.id]);
  const title = text.windowKinds[window.kind];
  const place = clamped(window.place, room);
  const move = (dx: number, dy: number, from: Rect = place): void => {
    const moved = { ...from, left: from.left + dx, top: from.top + dy };
    placeWindow(app, window.id, clamped(moved, room));
  };
  const resize = (dx: number, dy: number, from: Rect = place): void =>
    placeWindow(app, window.id, { ...from, width: from.width + dx, height: from.height + dy });
  const onKeyDown = (event: KeyboardEvent): void => {
    const arrow = Object.hasOwn(ARROWS, event.key) ? ARROWS[event.key] : undefined;
    if (arrow !== undefined) {
      (event.shiftKey ? resize : move)(...arrow);
      event.preventDefault();
      event.stopPropagation();
    }
  };
  return (
    <section
      ref={box}
      class="cx-window"
      aria-label={title}
      style={{
        left: `${place.left}px`,
        top: `${place.top}px`,
        width: `${place.width}px`,
        height: `${place.height}px`,
        zIndex: props.layer
      }}
      onPointerDown={() => raiseWindow(app, window.id)}
      onFocusIn={() => raiseWindow(app, window.id)}
    >
      <header class="cx-window-head">
        <Grip label={text.moveThis(title)} at={place} drag={move} onKeyDown={onKeyDown}>
          {title}
        </Grip>
        <button
          type="button"
          class="cx-small"
          aria-label={text.duplicateThis(title)}
          title={text.duplicateThis(title)}
          onClick={() => openHere(app, ui, () => duplicateWindow(app, window.id))}
        >
          <Icon name="copy" />
        </button>
        <button
          type="button"
          class="cx-small"
          aria-label={text.closeThis(title)}
          title={text.closeThis(title)}
          onClick={() => closeWindow(app, window.id)}
        >
          <Icon name="close" />
        </button>
      </header>
      <div class="cx-window-body">{props.children}</div>
      <Grip corner label={text.resizeThis(title)} at={place} drag={resize} />
    </section>
  );
}

interface GripProps {
  readonly label: string;
  /** Where the window is when a drag begins. */
  readonly at: Rect;
  readonly drag: (dx: number, dy: number, from: Rect) => void;
  readonly corner?: boolean;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
  readonly children?: ComponentChildren;
}

function Grip({ label, at, drag, corner, onKeyDown, children }: GripProps): JSX.Element {
  const held = useRef<{ x: number; y: number; from: Rect } | null>(null);
  return (
    <button
      type="button"
      class={corner ? 'cx-window-corner' : 'cx-window-title'}
      aria-label={label}
      title={label}
      tabIndex={corner ? -1 : 0}
      onKeyDown={onKeyDown}
      onPointerDown={event => {
        event.currentTarget.setPointerCapture(event.pointerId);
        held.current = { x: event.clientX, y: event.clientY, from: at };
      }}
      onPointerMove={event => {
        const { current } = held;
        if (current !== null) {
          drag(event.clientX - current.x, event.clientY - current.y, current.from);
        }
      }}
      onLostPointerCapture={() => (held.current = null)}
    >
      {children}
    </button>
  );
}

/** Moved, and if it must be made smaller, so that it lies in the room. */
function clamped({ left, top, width, height }: Rect, room: Room): Rect {
  if (room.width === 0 || room.height === 0) {
    return { left, top, width, height };
  }
  const fit = { width: Math.min(width, room.width), height: Math.min(height, room.height) };
  return {
    ...fit,
    left: Math.max(0, Math.min(left, room.width - fit.width)),
    top: Math.max(0, Math.min(top, room.height - fit.height))
  };
}
