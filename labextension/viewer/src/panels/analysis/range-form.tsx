/** Selects the visible cells between typed values: the way without a mouse. */
import type { JSX } from 'preact';
import { cellsOfMask, intersection } from '../../cells/cellset';
import { maskOfRange } from '../../cells/masks';
import type { ContinuousColumn } from '../../data/dataset';
import type { App } from '../../state/app';
import { text } from '../../text';
import type { Ui } from '../ui';
import { selectCells } from './pointed';

interface RangeFormProps {
  readonly app: App;
  readonly ui: Ui;
  readonly tool: string;
  readonly columns: readonly ContinuousColumn[];
}

export function RangeForm({ app, ui, tool, columns }: RangeFormProps): JSX.Element {
  const names = columns.map(column => app.fields.value.nameOf(column.ref));
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const bound = (name: string, open: number): number => {
      const value = given.get(name);
      return typeof value === 'string' && value !== '' ? Number(value) : open;
    };
    const ranges = columns.map((_, i) => [
      bound(`from${i}`, -Infinity),
      bound(`to${i}`, Infinity)
    ]);
    const visible = app.visible.peek();
    const cells = columns
      .map((column, i) => {
        const [low, high] = ranges[i]!;
        return cellsOfMask(maskOfRange(column.values, low!, high!), visible);
      })
      .reduce(intersection);
    selectCells(app, ui.operation.peek(), tool, cells, { fields: names, ranges });
  };
  return (
    <details class="cx-as-table">
      <summary>{text.selectRange}</summary>
      <form class="cx-range-form" onSubmit={submit}>
        {names.map((name, i) => (
          <div key={i} class="cx-range-row">
            <span class="cx-name">{name}</span>
            <input class="cx-input" type="number" step="any" name={`from${i}`} aria-label={text.rangeFrom(name)} />
            <span aria-hidden="true">–</span>
            <input class="cx-input" type="number" step="any" name={`to${i}`} aria-label={text.rangeTo(name)} />
          </div>
        ))}
        <button type="submit" class="cx-confirm">
          {text.select}
        </button>
      </form>
    </details>
  );
}
