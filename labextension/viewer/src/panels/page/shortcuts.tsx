/** The `?` sheet. */
import type { JSX } from 'preact';
import { text } from '../../text';
import { Sheet } from '../common/sheet';
import type { Ui } from '../ui';

export function Shortcuts({ ui }: { ui: Ui }): JSX.Element {
  return (
    <Sheet
      ui={ui}
      name="help"
      title={text.shortcuts}
      content={() => (
        <dl>
          {text.shortcutRows.map(([keys, what]) => (
            <div key={keys}>
              <dt>
                {keys.split(' ').filter(Boolean).map(key => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
      )}
    />
  );
}
