/** The sheet that says what of the dataset is shown, and what is not and why. */
import type { ComponentChildren, JSX } from 'preact';
import type { App } from '../../state/app';
import { count, text } from '../../text';
import { Sheet } from '../common/sheet';
import type { Ui } from '../ui';

/** So many parts are told one by one; nobody reads more. */
const TOLD = 200;

export function About({ app, ui }: { app: App; ui: Ui }): JSX.Element {
  return <Sheet ui={ui} name="about" title={text.about} content={() => <Facts app={app} />} />;
}

function Facts({ app }: { app: App }): JSX.Element {
  const { dataset } = app;
  const { report } = dataset;
  const ofKind = (kind: 'categorical' | 'continuous'): number =>
    dataset.obsFields.filter(field => field.kind === kind).length;
  const embeddings = [...dataset.dimensions].sort().map(dimension => {
    const key = report.embeddings.get(dimension);
    return `${text.dimensionName(dimension)}${key === undefined ? '' : `\u00a0${key}`}`;
  });
  const facts: readonly (readonly [string, string | null])[] = [
    [text.aboutName, dataset.name],
    [text.aboutKind, report.kind ?? text.aboutFolder],
    [text.aboutModality, report.modality],
    [text.aboutCells, count(dataset.nCells)],
    [text.aboutGenes, text.genesOf(dataset.nGenes, report.expression)],
    [text.aboutEmbeddings, embeddings.join(', ')],
    [text.aboutColumns, text.columns(ofKind('categorical'), ofKind('continuous'))],
    [text.aboutGraph, report.nEdges === 0 ? null : text.edges(report.nEdges)]
  ];
  return (
    <div class="cx-about">
      <dl>
        {facts.map(
          ([what, value]) =>
            value !== null && (
              <div key={what}>
                <dt>{what}</dt>
                <dd>{value}</dd>
              </div>
            )
        )}
      </dl>
      <Parts
        title={text.leftOut}
        items={report.leftOut}
        item={({ what, key, why }) => (
          <>
            <b>{key}</b> <span class="cx-hint">({what})</span>: {why}
          </>
        )}
      />
      <Parts title={text.notes} items={report.notes} item={note => note} />
    </div>
  );
}

interface PartsProps<T> {
  readonly title: string;
  readonly items: readonly T[];
  readonly item: (item: T) => ComponentChildren;
}

function Parts<T>({ title, items, item }: PartsProps<T>): JSX.Element | null {
  return items.length === 0 ? null : (
    <>
      <h3>{title}</h3>
      <ul aria-label={title}>
        {items.slice(0, TOLD).map((one, i) => (
          <li key={i}>{item(one)}</li>
        ))}
        {items.length > TOLD && <li>{text.andMore(items.length - TOLD)}</li>}
      </ul>
    </>
  );
}
