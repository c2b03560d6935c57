/** The `?` sheet. */
import type { JSX } from 'preact';
import { text } from '../../text';
import { tools } from '../../tools';
import { Sheet } from '../common/sheet';
import type { Ui } from '../ui';

const GROUPS = ['look', 'views', 'select', 'page'] as const;

export function Shortcuts({ ui }: { ui: Ui }): JSX.Element {
  const own = tools.map(tool => [tool.key.toUpperCase(), tool.label] as const);
  return (
    <Sheet
      ui={ui}
      name="help"
      title={text.shortcuts}
      content={() => (
        <div class="cx-shortcuts">
          {GROUPS.map(group => (
            <section key={group} aria-label={text.shortcutTitles[group]}>
              <h3>{text.shortcutTitles[group]}</h3>
              <dl>
                {[...(group === 'select' ? own : []), ...text.shortcutGroups[group]].map(row => (
                  <Row key={row.join()} row={row} />
                ))}
              </dl>
            </section>
          ))}
        </div>
      )}
    />
  );
}

function Row({ row: [keys, what] }: { row: readonly [string, string] }): JSX.Element {
  return (
    <div>
      <dt>
        {keys.split(' ').map(key => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{what}</dd>
    </div>
  );
}
