/** What a drag over the picture does: move the camera, or select by one of the tools. */
import type { JSX } from 'preact';
import type { App } from '../../state/app';
import { text } from '../../text';
import { tools } from '../../tools';
import { Icon, type IconName } from '../common/icons';

const ICONS: ReadonlyMap<string, IconName> = new Map(
  (['lasso', 'proximity', 'knn', 'annotation', 'by-name'] as const).map(id => [id, id])
);

export function ToolButtons({ app }: { app: App }): JSX.Element {
  const chosen = app.tool.value;
  return (
    <div class="cx-set cx-tools" role="group" aria-label={text.tools}>
      <ToolButton
        label={text.navigate}
        hint={text.navigate}
        icon="navigate"
        pressed={chosen === null}
        choose={() => (app.tool.value = null)}
      />
      {tools.map(tool => {
        const obstacle = tool.obstacle(app);
        return (
          <ToolButton
            key={tool.id}
            label={tool.label}
            hint={obstacle ?? text.withKey(tool.label, tool.key.toUpperCase())}
            icon={ICONS.get(tool.id) ?? 'lasso'}
            pressed={chosen === tool.id}
            disabled={obstacle !== null}
            choose={() => (app.tool.value = tool.id)}
          />
        );
      })}
    </div>
  );
}

interface ToolButtonProps {
  readonly label: string;
  readonly hint: string;
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
      aria-label={props.label}
      aria-pressed={props.pressed}
      disabled={props.disabled}
      title={props.hint}
      onClick={props.choose}
    >
      <Icon name={props.icon} />
      <span>{props.label}</span>
    </button>
  );
}
