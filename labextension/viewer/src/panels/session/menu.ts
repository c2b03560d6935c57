/** What can be done with sessions, as items of a menu. */
import type { Sessions } from '../../session/sessions';
import type { App } from '../../state/app';
import { text } from '../../text';
import type { MenuItem } from '../common/menu';
import type { Ui } from '../ui';
import { chooseAndLoad } from './load';

export function sessionItems(app: App, ui: Ui, sessions: Sessions): readonly MenuItem[] {
  return [
    { label: text.saveSession, act: () => (ui.sheet.value = 'save') },
    { label: text.loadSession, act: () => chooseAndLoad(app, sessions) },
    ...(sessions.autosave === null
      ? []
      : [{ label: text.earlierItem, act: () => (ui.sheet.value = 'earlier') }]),
    { label: text.shareItem, act: () => (ui.sheet.value = 'share') }
  ];
}
