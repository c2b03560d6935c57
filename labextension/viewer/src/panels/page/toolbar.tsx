/** Over the picture: what a drag does, then what is undone, and how and where one looks. */
import type { JSX } from 'preact';
import type { Sessions } from '../../session/sessions';
import type { App } from '../../state/app';
import { keepView, setCamerasLocked, setLayout } from '../../state/layout';
import { redo, undo } from '../../state/undo';
import { frameAll, setDimension } from '../../state/views';
import { text } from '../../text';
import { Icon } from '../common/icons';
import { sessionItems } from '../session/menu';
import { setPanelOpen, type Ui } from '../ui';
import { Display } from '../views/display';
import { toggleFullScreen } from './full-screen';
import { ActionButton, Overflow, type ActionGroup } from './overflow';
import { ToolButtons } from './tool-buttons';

interface ToolbarProps {
  readonly app: App;
  readonly ui: Ui;
  readonly sessions: Sessions;
}

export function Toolbar({ app, ui, sessions }: ToolbarProps): JSX.Element {
  return (
    <div class="cx-toolbar">
      <button
        type="button"
        class="cx-tool"
        aria-expanded={ui.panelOpen.value}
        aria-controls="cx-panel"
        aria-label={ui.panelOpen.value ? text.closePanel : text.openPanel}
        title={text.withKey(ui.panelOpen.value ? text.closePanel : text.openPanel, 'H')}
        onClick={() => setPanelOpen(app, ui, !ui.panelOpen.value)}
      >
        <Icon name="panel" />
      </button>
      <ToolButtons app={app} />
      <Overflow groups={groupsOf(app, ui, sessions)}>
        <Steps app={app} />
        <Display app={app} />
      </Overflow>
    </div>
  );
}

/** Undo and redo of what changed in the page, with what that was. */
function Steps({ app }: { app: App }): JSX.Element {
  const back = app.changes.past.value.at(-1);
  const forward = app.changes.future.value.at(-1);
  const label = back ? text.undoOf(back.label) : text.nothingToUndo;
  const again = forward ? text.redoOf(forward.label) : text.nothingToRedo;
  return (
    <>
      <ActionButton
        label={label}
        hint={text.withKey(label, 'Ctrl Z')}
        face={{ icon: 'undo' }}
        disabled={!back}
        act={() => undo(app)}
      />
      <ActionButton
        label={again}
        hint={text.withKey(again, 'Ctrl Shift Z')}
        face={{ icon: 'redo' }}
        disabled={!forward}
        act={() => redo(app)}
      />
    </>
  );
}

/** What may go into the menu, the last first. */
function groupsOf(app: App, ui: Ui, sessions: Sessions): ActionGroup[] {
  const view = app.activeView.value;
  const { mode, camerasLocked } = app.layout.value;
  const dimensions = [...app.dataset.dimensions].sort();
  const frame = {
    label: text.frameAll,
    hint: text.withKey(text.frameAll, 'R'),
    face: { icon: 'frame' },
    act: () => frameAll(app)
  } as const;
  const keep = {
    label: text.keepView,
    hint: text.keepViewHint,
    face: { icon: 'keep', also: text.keepView },
    act: () => keepView(app)
  } as const;
  const together: ActionGroup['actions'] = [
    {
      label: text.allViews,
      hint: text.withKey(text.allViews, 'M'),
      face: { icon: 'grid' },
      pressed: mode === 'grid',
      act: () => setLayout(app, mode === 'grid' ? 'single' : 'grid')
    },
    {
      label: text.lockCameras,
      hint: text.lockCamerasHint(camerasLocked),
      face: { icon: camerasLocked ? 'lock' : 'unlock' },
      pressed: camerasLocked,
      act: () => setCamerasLocked(app, !camerasLocked)
    }
  ];
  const page: ActionGroup['actions'] = [
    {
      label: text.fullScreen,
      hint: text.withKey(text.fullScreen, 'F'),
      face: { icon: 'full' },
      act: () => toggleFullScreen(app)
    },
    {
      label: text.help,
      hint: text.withKey(text.help, '?'),
      face: { icon: 'help' },
      act: () => (ui.sheet.value = 'help')
    }
  ];
  return [
    ...(dimensions.length > 1
      ? [
          {
            label: text.dimension,
            actions: dimensions.map(dimension => ({
              label: text.dimensionName(dimension),
              hint: text.withKey(text.dimensionName(dimension), `${dimension}`),
              face: { word: text.dimensionName(dimension) },
              pressed: view.dimension === dimension,
              act: () => setDimension(app, dimension)
            }))
          }
        ]
      : []),
    {
      label: text.views,
      actions: [frame, keep, ...(app.views.value.length > 1 ? together : [])]
    },
    {
      label: text.session,
      actions: [
        { label: text.session, face: { icon: 'session' }, items: sessionItems(app, ui, sessions) }
      ]
    },
    { label: text.page, actions: page }
  ];
}
