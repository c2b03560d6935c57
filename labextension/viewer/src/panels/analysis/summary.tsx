/** What the selection, the active page or a group is, at a glance. */
import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { cellsWithCode } from '../../cells/counts';
import type { Moments } from '../../cells/moments';
import type { CategoricalColumn } from '../../data/dataset';
import type { App } from '../../state/app';
import { compositionOf, type Part } from '../../state/composition';
import { Summary, type Statistics, type Subject } from '../../state/summary';
import { setField } from '../../state/views';
import { count, measure, text } from '../../text';
import { Section } from '../common/section';
import type { Ui } from '../ui';
import { Listed } from './parts';
import { operationAt, previewCells, selectCells } from './pointed';
import { WindowsMenu } from './windows-menu';

const PARTS = 8;
const DIFFERENCES = 6;

interface SummaryProps {
  readonly app: App;
  readonly ui: Ui;
}

export function SummaryPanel({ app, ui }: SummaryProps): JSX.Element {
  return (
    <Section
      app={app}
      name="summary"
      title={text.summary}
      aside={<WindowsMenu app={app} ui={ui} />}
      folded
    >
      <Told app={app} ui={ui} />
    </Section>
  );
}

function Told({ app, ui }: SummaryProps): JSX.Element {
  const summary = useMemo(() => new Summary(app), [app]);
  useEffect(
    () => () => {
      summary.dispose();
      previewCells(app, null);
    },
    [app, summary]
  );
  const cells = summary.cells.value;
  const column = app.column.value?.state === 'ready' ? app.column.value.value : null;
  return (
    <div class="cx-summary">
      <SubjectPick app={app} summary={summary} />
      <p role="status" class="cx-summary-cells">
        {cells.length === 0
          ? summary.arriving.value
            ? text.cellsArriving
            : text.subjectNone
          : text.summaryCells(cells.length, summary.nVisible.value)}
      </p>
      {cells.length > 0 && column?.kind === 'categorical' && (
        <Composition app={app} ui={ui} column={column} cells={cells} />
      )}
      {summary.statistics.value !== null && <Numbers statistics={summary.statistics.value} />}
      {cells.length > 0 && <Differing app={app} summary={summary} />}
      <p class="cx-hint">{text.windowHint}</p>
    </div>
  );
}

/** The value of a choice, as `select` wants it: a group's begins with a colon. */
function SubjectPick({ app, summary }: { app: App; summary: Summary }): JSX.Element {
  const subject = summary.subject.value;
  const page = app.activePage.value;
  const value = typeof subject === 'string' ? subject : `:${subject.groupId}`;
  const take = (chosen: string): Subject =>
    chosen.startsWith(':')
      ? { groupId: chosen.slice(1) }
      : chosen === 'selection'
        ? 'selection'
        : 'page';
  return (
    <select
      class="cx-input"
      aria-label={text.summaryOf}
      value={value}
      onChange={event => (summary.chosen.value = take(event.currentTarget.value))}
    >
      <option value="selection">{text.subjectSelection}</option>
      <option value="page">{text.subjectPage(page.name)}</option>
      {page.groups.map(group => (
        <option key={group.id} value={`:${group.id}`}>
          {group.label}
        </option>
      ))}
    </select>
  );
}

interface CompositionProps extends SummaryProps {
  readonly column: CategoricalColumn;
  readonly cells: Uint32Array;
}

function Composition({ app, ui, column, cells }: CompositionProps): JSX.Element {
  const name = app.fields.value.nameOf(column.ref);
  const parts = useMemo(() => compositionOf(column, cells, text.missing), [column, cells]);
  const cellsOf = (part: Part): Uint32Array =>
    cellsWithCode(column.codes, column.categories.length, cells, part.code);
  return (
    <>
      <h3>{text.compositionOver(name)}</h3>
      <Listed
        parts={parts}
        most={PARTS}
        preview={part => previewCells(app, part && cellsOf(part))}
        select={(part, event) => {
          const detail = { field: name, category: part.label };
          selectCells(app, operationAt(app, ui, event), 'composition', cellsOf(part), detail);
        }}
      />
    </>
  );
}

function Numbers({ statistics }: { statistics: Statistics }): JSX.Element {
  const { inside, outside, medians } = statistics;
  const row = ({ n, mean, sd }: Moments, middle: number): string[] => [
    count(n),
    ...[mean, sd, middle].map(value => (value === value ? measure(value) : '–'))
  ];
  const [here, rest] = [row(inside, medians[0]), row(outside, medians[1])];
  return (
    <table class="cx-table">
      <thead>
        <tr>
          {text.insideOutside.map(word => (
            <th key={word} scope="col">
              {word}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {text.statistics.map((word, i) => (
          <tr key={word}>
            <th scope="row">{word}</th>
            <td>{here[i]}</td>
            <td>{rest[i]}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Differing({ app, summary }: { app: App; summary: Summary }): JSX.Element | null {
  const { found, done, of, columns } = summary.differences.value;
  const largest = Math.abs(found[0]?.effect ?? 1);
  if (of === 0) {
    return null;
  }
  return (
    <>
      <h3 title={text.differencesHint}>{text.differences}</h3>
      <ul class="cx-parts">
        {found.slice(0, DIFFERENCES).map(({ ref, name, effect, inside, outside }) => (
          <li key={name}>
            <button
              type="button"
              title={text.differenceHint(name, inside.mean, outside.mean)}
              onClick={() => setField(app, ref)}
            >
              <span
                class="cx-part-bar"
                data-sign={effect > 0 ? 'more' : 'less'}
                style={{ width: `${(100 * Math.abs(effect)) / largest}%` }}
              />
              <span class="cx-name">{name}</span>
              <span class="cx-count">{text.effect(effect)}</span>
            </button>
          </li>
        ))}
      </ul>
      {done < of && <p class="cx-hint">{text.differing(done, of)}</p>}
      {done === of && of < columns && <p class="cx-hint">{text.lookedAt(of, columns)}</p>}
      {done === of && found.length === 0 && <p class="cx-hint">{text.noDifferences}</p>}
    </>
  );
}
