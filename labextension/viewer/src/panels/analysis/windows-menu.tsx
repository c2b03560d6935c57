/** Opens analysis windows. */
import type { JSX } from 'preact';
import type { App } from '../../state/app';
import { openWindow, WINDOW_KINDS } from '../../state/windows';
import { text } from '../../text';
import { Icon } from '../common/icons';
import { Menu } from '../common/menu';
import type { Ui } from '../ui';
import { openHere } from './open-here';

export function WindowsMenu({ app, ui }: { app: App; ui: Ui }): JSX.Element {
  return (
    <Menu
      label={text.windows}
      items={WINDOW_KINDS.map(kind => ({
        label: text.windowKinds[kind],
        act: () => openHere(app, ui, () => openWindow(app, kind))
      }))}
    >
      <Icon name="chart" />
    </Menu>
  );
}
