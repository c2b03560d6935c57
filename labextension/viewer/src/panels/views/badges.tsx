/** A badge over each view, once there are several: what it is, and what can be done with it alone. */
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { App } from '../../state/app';
import { activateView, removeView, viewNumber } from '../../state/layout';
import type { Rect, View } from '../../state/types';
import { setDimension, setNavigation } from '../../state/views';
import { text } from '../../text';
import { usePassedFocus } from '../common/focus';
import { Icon } from '../common/icons';
import { Menu } from '../common/menu';
import { styleOf } from './place';

export function Badges({ app }: { app: App }): JSX.Element | null {
  if (app.views.value.length < 2) {
    return null;
  }
  return (
    <div class="cx-views" role="group" aria-label={text.views}>
      {app.onScreen.value.map(view => {
        const place = app.places.value.get(view.id);
        return place && <Badge key={view.id} app={app} view={view} place={place} />;
      })}
    </div>
  );
}

interface BadgeProps {
  readonly app: App;
  readonly view: View;
  readonly place: Rect;
}

function Badge({ app, view, place }: BadgeProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  usePassedFocus(box, '.cx-at-view');
  const active = app.activeView.value.id === view.id;
  const name = text.viewName(viewNumber(view));
  const field = view.field === null ? null : app.fields.value.nameOf(view.field);
  const shown = text.showing(app.data(view.id).nVisible.value, app.dataset.nCells);
  return (
    <div
      ref={box}
      class="cx-at-view"
      data-active={active && app.layout.value.mode === 'grid'}
      style={styleOf(place)}
    >
      <div class="cx-view-badge" role="group" aria-label={name} title={shown}>
        <Name app={app} view={view} />
        {field !== null && <span class="cx-view-field">{field}</span>}
        <Dimension app={app} view={view} name={name} />
        {view.dimension === 3 && <Navigation app={app} view={view} name={name} />}
        {view.kind === 'kept' && (
          <button
            type="button"
            class="cx-small"
            aria-label={text.removeView(name)}
            title={text.removeView(name)}
            onClick={() => removeView(app, view.id)}
          >
            <Icon name="close" />
          </button>
        )}
      </div>
    </div>
  );
}

/** In a grid it makes the view the active one; a view that stands alone is exchanged for another. */
function Name({ app, view }: { app: App; view: View }): JSX.Element {
  const name = text.viewName(viewNumber(view));
  const active = app.activeView.value.id;
  if (app.layout.value.mode === 'grid') {
    return (
      <button
        type="button"
        class="cx-view-name"
        aria-pressed={active === view.id}
        onClick={() => activateView(app, view.id)}
      >
        {name}
      </button>
    );
  }
  return (
    <Menu
      label={text.chooseView(name)}
      class="cx-view-name"
      items={app.views.value.map(other => ({
        key: other.id,
        label: text.viewName(viewNumber(other)),
        checked: other.id === active,
        act: () => activateView(app, other.id)
      }))}
    >
      {name}
      <Icon name="down" />
    </Menu>
  );
}

function Dimension({ app, view, name }: { app: App; view: View; name: string }): JSX.Element {
  const dimensions = [...app.dataset.dimensions].sort();
  if (dimensions.length === 1) {
    return <span>{text.dimensionName(view.dimension)}</span>;
  }
  return (
    <Menu
      label={text.dimensionOf(name, view.dimension)}
      class="cx-view-dimension"
      items={dimensions.map(dimension => ({
        label: text.dimensionName(dimension),
        checked: dimension === view.dimension,
        act: () => setDimension(app, dimension, view.id)
      }))}
    >
      {text.dimensionName(view.dimension)}
      <Icon name="down" />
    </Menu>
  );
}

function Navigation({ app, view, name }: { app: App; view: View; name: string }): JSX.Element {
  const flies = view.navigation === 'fly';
  return (
    <button
      type="button"
      class="cx-small"
      aria-label={text.flyIn(name)}
      aria-pressed={flies}
      title={text.navigations[view.navigation]}
      onClick={() => setNavigation(app, flies ? 'orbit' : 'fly', view.id)}
    >
      <Icon name={flies ? 'fly' : 'orbit'} />
    </button>
  );
}
