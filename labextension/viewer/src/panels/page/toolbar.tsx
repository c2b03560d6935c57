/** Over the picture: what a drag does, the dimension, framing, help. */
import type { JSX } from 'preact';
import type { App } from '../../state/app';
import { frameAll, setDimension } from '../../state/views';
import { text } from '../../text';
import { tools } from '../../tools';
import { Icon, type IconName } from '../common/icons';
import type { Ui } from '../ui';

const TOOL_ICONS: ReadonlyMap<string, IconName> = new Map([['lasso', 'lasso']]);

export function Toolbar({ app, ui }: { app: App; ui: Ui }): JSX.Element {
  const view = app.activeView.value;
  const chosen = app.tool.value;
  return (
    <div class="cx-toolbar">
      <button
        type="button"
        class="cx-tool"
        aria-expanded={ui.panelOpen.value}
        aria-controls="cx-panel"
        aria-label={ui.panelOpen.value ? text.closePanel : text.openPanel}
        title={ui.panelOpen.value ? text.closePanel : text.openPanel}
        onClick={() => (ui.panelOpen.value = !ui.panelOpen.value)}
      >
        <Icon name="panel" />
      </button>
      <div class="cx-set" role="group" aria-label={text.tools}>
        <ToolButton
          label={text.navigate}
          icon="navigate"
          pressed={chosen === null}
          choose={() => (app.tool.value = null)}
        />
        {tools.map(tool => (
          <ToolButton
            key={tool.id}
            label={tool.label}
            hint={`${tool.label} (${tool.key.toUpperCase()})`}
            icon={TOOL_ICONS.get(tool.id) ?? 'lasso'}
            pressed={chosen === tool.id}
            disabled={!tool.available(app)}
            choose={() => (app.tool.value = tool.id)}
          />
        ))}
      </div>
      <span class="cx-space" />
      {app.dataset.dimensions.length > 1 && (
        <div class="cx-set" role="group" aria-label={text.dimension}>
          {[...app.dataset.dimensions].sort().map(dimension => (
            <button
              key={dimension}
              type="button"
              class="cx-tool"
              aria-pressed={view.dimension === dimension}
              onClick={() => setDimension(app, dimension)}
            >
              {text.dimensionName(dimension)}
            </button>
          ))}
        </div>
      )}
      <button
        type="button"
        class="cx-tool"
        aria-label={text.frameAll}
        title={`${text.frameAll} (R)`}
        onClick={() => frameAll(app)}
      >
        <Icon name="frame" />
      </button>
      <button
        type="button"
        class="cx-tool"
        aria-label={text.help}
        title={`${text.help} (?)`}
        onClick={() => (ui.sheet.value = 'help')}
      >
        <Icon name="help" />
      </button>
    </div>
  );
}

interface ToolButtonProps {
  readonly label: string;
  readonly hint?: string;
  readonly icon: IconName;
  readonly pressed: boolean;
  readonly disabled?: boolean;
  readonly choose: () => void;
}

function ToolButton(props: ToolButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class="cx-tool"
      aria-pressed={props.pressed}
      disabled={props.disabled}
      title={props.hint ?? props.label}
      onClick={props.choose}
    >
      <Icon name={props.icon} />
      <span>{props.label}</span>
    </button>
  );
}
