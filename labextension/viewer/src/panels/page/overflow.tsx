/** Buttons in a row, of which those that do not fit go into a menu at its end. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { text } from '../../text';
import { useFocusWhileOn } from '../common/focus';
import { Icon, type IconName } from '../common/icons';
import { Menu, type MenuItem } from '../common/menu';

export interface Action {
  readonly label: string;
  /** What is said of it when it is pointed at: the key that does the same, or why it can’t be done. */
  readonly hint?: string;
  /** On the button: a picture, with words where all has room, or a word of two letters. */
  readonly face:
    | { readonly icon: IconName; readonly also?: string }
    | { readonly word: string };
  /** Of a button that stays down. */
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  readonly act: () => void;
}

/** A button that opens a list of things to do. */
export interface Choice {
  readonly label: string;
  readonly face: { readonly icon: IconName };
  readonly items: readonly MenuItem[];
}

export interface ActionGroup {
  readonly label: string;
  readonly actions: readonly (Action | Choice)[];
}

/** CSS pixels, as the style sheet has them. */
const BUTTON = 30;
const WORD = 36;
const GAP = 8;
const ALSO = 70;

/** How many of the groups fit in so many pixels, with the menu’s button where it is needed. */
export function fitting(
  groups: readonly ActionGroup[],
  room: number
): { readonly many: number; readonly spacious: boolean } {
  const widths = groups.map(({ actions }) =>
    actions.reduce((sum, { face }) => sum + ('word' in face ? WORD : BUTTON), GAP)
  );
  const needed = (many: number): number => widths.slice(0, many).reduce((a, b) => a + b, 0);
  let many = groups.length;
  while (many > 0 && needed(many) + (many < groups.length ? BUTTON : 0) > room) {
    many--;
  }
  return { many, spacious: many === groups.length && needed(many) + ALSO <= room };
}

interface OverflowProps {
  readonly groups: readonly ActionGroup[];
  /** Stands before them, whatever the room. */
  readonly children: ComponentChildren;
}

export function Overflow({ groups, children }: OverflowProps): JSX.Element {
  const row = useRef<HTMLDivElement>(null);
  const first = useRef<HTMLDivElement>(null);
  const room = useSignal(Infinity);
  useLayoutEffect(() => {
    const measure = (): void => {
      room.value = (row.current?.clientWidth ?? 0) - (first.current?.offsetWidth ?? 0);
    };
    const sizes = new ResizeObserver(measure);
    [row, first].forEach(({ current }) => current && sizes.observe(current));
    measure();
    return () => sizes.disconnect();
  }, [room]);
  const { many, spacious } = fitting(groups, room.value);
  const hidden = groups.slice(many).flatMap(({ actions }) => actions);
  return (
    <div ref={row} class="cx-overflow">
      <div ref={first} class="cx-set">
        {children}
      </div>
      {groups.slice(0, many).map(({ label, actions }) => (
        <div key={label} class="cx-set" role="group" aria-label={label}>
          {actions.map(action =>
            'items' in action ? (
              <Menu key={action.label} label={action.label} class="cx-tool" items={action.items}>
                <Icon name={action.face.icon} />
              </Menu>
            ) : (
              <ActionButton key={action.label} {...action} spacious={spacious} />
            )
          )}
        </div>
      ))}
      {hidden.length > 0 && (
        <Menu
          label={text.more}
          class="cx-tool"
          items={hidden.flatMap(itemsOf)}
        >
          <Icon name="more" />
        </Menu>
      )}
    </div>
  );
}

function itemsOf(action: Action | Choice): readonly MenuItem[] {
  if ('items' in action) {
    return action.items;
  }
  const { label, act, disabled = false, pressed } = action;
  return [{ label, act, disabled, ...(pressed === undefined ? {} : { checked: pressed }) }];
}

export function ActionButton(props: Action & { readonly spacious?: boolean }): JSX.Element {
  const { face, label, pressed, disabled = false, hint, spacious = false } = props;
  const button = useRef<HTMLButtonElement>(null);
  useFocusWhileOn(button, disabled);
  return (
    <button
      ref={button}
      type="button"
      class="cx-tool"
      aria-label={label}
      aria-pressed={pressed}
      disabled={disabled}
      title={hint ?? label}
      onClick={props.act}
    >
      {'icon' in face ? <Icon name={face.icon} /> : face.word}
      {'icon' in face && spacious && face.also !== undefined && <span>{face.also}</span>}
    </button>
  );
}
