/** The legend of numbers: how they are coloured, how they are spread, and which are shown. */
import type { JSX } from 'preact';
import type { App } from '../../state/app';
import type { NumberLegend } from '../../state/legend';
import { setLog, setRangeFollows } from '../../state/look';
import { COLORMAP_NAMES, colormapStops } from '../../state/palette';
import { setColormap } from '../../state/views';
import { exact, text } from '../../text';
import { Menu } from '../common/menu';
import { gradient } from './gradient';
import { Range } from './range';
import { Spread } from './spread';

export function Numbers({ app, legend }: { app: App; legend: NumberLegend }): JSX.Element {
  const { all, min, max, colormap } = legend;
  return (
    <>
      <header class="cx-head">
        <h2>{app.fields.value.nameOf(legend.ref)}</h2>
        <Menu
          label={text.colormap(colormap)}
          class="cx-link cx-colormap"
          items={COLORMAP_NAMES.map(name => ({
            label: name,
            picture: gradient(colormapStops(name)),
            checked: name === colormap,
            act: () => setColormap(app, name)
          }))}
        >
          {colormap}
        </Menu>
      </header>
      {min < max ? (
        <>
          <Spread legend={legend} />
          <Range app={app} legend={legend} />
        </>
      ) : (
        <p class="cx-hint">{all[0] === 0 ? text.allMissing : text.allAre(exact(min))}</p>
      )}
      <div class="cx-switches">
        <Switch
          label={text.logSwitch}
          hint={text.logHint}
          on={legend.log}
          turn={on => setLog(app, on)}
        />
        <Switch
          label={text.rangeFollows}
          hint={text.rangeFollowsHint}
          on={legend.rangeFollows}
          turn={on => setRangeFollows(app, on)}
        />
      </div>
    </>
  );
}

interface SwitchProps {
  readonly label: string;
  readonly hint: string;
  readonly on: boolean;
  readonly turn: (on: boolean) => void;
}

function Switch({ label, hint, on, turn }: SwitchProps): JSX.Element {
  return (
    <label class="cx-switch" title={hint}>
      <input type="checkbox" checked={on} onChange={event => turn(event.currentTarget.checked)} />
      {label}
    </label>
  );
}
