/** The sheet that shares the data with the session: what goes along, and what it tells. */
import { useSignal, type Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { MOST_BYTES, shareName, shareSizes } from '../../session/share';
import type { Sessions } from '../../session/sessions';
import type { App } from '../../state/app';
import { usedGenes } from '../../state/used';
import { text } from '../../text';
import { Sheet } from '../common/sheet';
import type { Ui } from '../ui';
import { Reveals } from './reveals';
import { Sharing } from './sharing';

interface ShareProps {
  readonly app: App;
  readonly ui: Ui;
  readonly sessions: Sessions;
}

export function Share(props: ShareProps): JSX.Element {
  return (
    <Sheet
      ui={props.ui}
      name="share"
      title={text.shareTitle}
      content={() => <ShareForm {...props} />}
    />
  );
}

function ShareForm({ app, ui, sessions }: ShareProps): JSX.Element {
  const sharing = useMemo(() => new Sharing(app, sessions), [app, sessions]);
  const named = useSignal(true);
  const allGenes = useSignal(false);
  useEffect(() => () => sharing.cancel(), [sharing]);
  const { dataset } = app;
  const genes = allGenes.value ? dataset.genes : usedGenes(app);
  const sizes = shareSizes(dataset, genes);
  const bytes = sizes.points + sizes.obs + sizes.genes + sizes.graph;
  const tooLarge = bytes > MOST_BYTES ? text.shareTooLarge(bytes, MOST_BYTES) : null;
  const busy = sharing.done.value !== null;
  return (
    <form
      class="cx-save"
      onSubmit={event => {
        event.preventDefault();
        if (!busy && tooLarge === null) {
          void sharing.share(genes, named.value).then(done => {
            if (done) ui.sheet.value = null;
          });
        }
      }}
    >
      <p>{text.shareWhat(shareName(dataset))}</p>
      <Parts app={app} sizes={sizes} />
      {dataset.nGenes > 0 && <Genes app={app} all={allGenes} />}
      <Reveals app={app} named={named} withData />
      <div class="cx-save-end">
        <Progress sharing={sharing} words={tooLarge ?? text.shareTotal(bytes)} wrong={tooLarge !== null} />
        <button type="submit" class="cx-confirm" aria-disabled={busy || tooLarge !== null}>
          {text.shareNow}
        </button>
      </div>
    </form>
  );
}

function Parts({ app, sizes }: { app: App; sizes: ReturnType<typeof shareSizes> }): JSX.Element {
  const { dimensions, obsFields, report } = app.dataset;
  return (
    <section class="cx-share-parts" aria-label={text.shareParts}>
      <h3 class="cx-label">{text.shareParts}</h3>
      <ul>
        <li>{text.sharePart(text.sharePoints(dimensions), sizes.points)}</li>
        <li>{text.sharePart(text.shareObs(obsFields.length), sizes.obs)}</li>
        {report.nEdges !== 0 && (
          <li>{text.sharePart(text.shareGraph, report.nEdges === null ? null : sizes.graph)}</li>
        )}
      </ul>
    </section>
  );
}

/** Which genes go along. */
function Genes({ app, all }: { app: App; all: Signal<boolean> }): JSX.Element {
  const { dataset } = app;
  const used = usedGenes(app);
  const labels = [
    text.genesUsed(used.length, shareSizes(dataset, used).genes),
    text.genesAll(dataset.nGenes, shareSizes(dataset, dataset.genes).genes)
  ];
  return (
    <fieldset class="cx-where">
      <legend class="cx-label">{text.shareGenes}</legend>
      {labels.map((label, i) => (
        <label key={`${i}`}>
          <input
            type="radio"
            name="cx-share-genes"
            checked={all.value === (i === 1)}
            onChange={() => (all.value = i === 1)}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}

interface ProgressProps {
  readonly sharing: Sharing;
  /** What there is to be said while nothing goes on. */
  readonly words: string;
  readonly wrong: boolean;
}

/** How far it is, with the end of it; else how large it becomes, or what is wrong. */
function Progress({ sharing, words, wrong }: ProgressProps): JSX.Element {
  const [done, problem] = [sharing.done.value, sharing.problem.value];
  return (
    <>
      <p class="cx-hint" role="status" data-problem={done === null && (wrong || problem !== null)}>
        {done === null ? (problem ?? words) : text.shareDone(done)}
      </p>
      {done !== null && (
        <>
          <progress aria-label={text.shareTitle} value={done} />
          <button type="button" class="cx-link" onClick={() => sharing.cancel()}>
            {text.cancelSaving}
          </button>
        </>
      )}
    </>
  );
}
