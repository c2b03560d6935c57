/** What a gesture takes, told beside the pointer. */
import type { JSX } from 'preact';
import type { App } from '../../state/app';
import { styleOf } from '../views/place';

/** The words keep to the side of the pointer that has room. */
export function BesidePointer({ app }: { app: App }): JSX.Element | null {
  const beside = app.beside.value;
  const place = beside && app.places.value.get(beside.viewId);
  if (!beside || !place) {
    return null;
  }
  const [x, y] = beside.at;
  return (
    <div class="cx-at-view" style={styleOf(place)} aria-hidden="true">
      <span
        class="cx-beside"
        data-testid="beside"
        data-side={x > place.width / 2 ? 'left' : 'right'}
        data-level={y < 40 ? 'below' : 'above'}
        style={{ left: `${x}px`, top: `${y}px` }}
      >
        {beside.words}
      </span>
    </div>
  );
}
