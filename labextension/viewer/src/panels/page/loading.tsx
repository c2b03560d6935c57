/** What takes long to load, how far it is, and the end of it; what failed, and once more. */
import type { JSX } from 'preact';
import type { App } from '../../state/app';
import type { Arrival } from '../../state/arrival';
import type { Loading, PartName } from '../../state/loading';
import { text } from '../../text';
import { Icon } from '../common/icons';

export function LoadingList({ app }: { app: App }): JSX.Element {
  const { shown } = app;
  const long = shown.loading.value.filter(loading => loading.long.value);
  const failed = [shown.points, shown.columns, shown.outliers, shown.graph].some(parts =>
    [...parts.value.values()].some(({ state }) => state === 'failed')
  );
  return (
    <div class="cx-loading" role="status">
      {app.arrival.value !== null && <ArrivalRow arrival={app.arrival.value} />}
      {long.map(loading => (
        <LoadingRow key={nameOf(app, loading.part)} app={app} loading={loading} />
      ))}
      {failed && (
        <div class="cx-loading-row">
          <span class="cx-name">{text.partsNotLoaded}</span>
          <button type="button" class="cx-link" onClick={() => shown.retry()}>
            {text.tryAgain}
          </button>
        </div>
      )}
    </div>
  );
}

function LoadingRow({ app, loading }: { app: App; loading: Loading }): JSX.Element {
  const name = nameOf(app, loading.part);
  const done = loading.done.value;
  return (
    <div class="cx-loading-row">
      <span class="cx-name">{name}</span>
      {/* Without a value it only says that something goes on. */}
      <progress aria-label={name} {...(done === null ? {} : { value: done })} />
      {done !== null && <span class="cx-count">{text.share(done)}</span>}
      <button
        type="button"
        class="cx-small"
        aria-label={text.cancelLoading(name)}
        title={text.cancelLoading(name)}
        onClick={() => loading.cancel()}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}

function ArrivalRow({ arrival }: { arrival: Arrival }): JSX.Element {
  const { done, total } = arrival;
  return (
    <div class="cx-loading-row">
      <span class="cx-name">{text.restoring}</span>
      <progress
        aria-label={text.restoring}
        {...(total === 0 ? {} : { value: done.value / total })}
      />
      <button
        type="button"
        class="cx-small"
        aria-label={text.cancelRestore}
        title={text.cancelRestore}
        onClick={() => arrival.cancel()}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}

function nameOf(app: App, part: PartName): string {
  switch (part.kind) {
    case 'points':
      return text.loadingPart.points(part.dimension);
    case 'graph':
      return text.loadingPart.graph;
    case 'column':
    case 'outliers':
      return text.loadingPart[part.kind](app.fields.value.nameOf(part.field));
  }
}
