/** Selects the visible cells between typed values: the way without a mouse. */
import type { JSX } from 'preact';
import { keepBetween } from '../../cells/bins';
import { ofMask } from '../../cells/cellset';
import type { Column } from '../../data/dataset';
import type { App } from '../../state/app';
import { text } from '../../text';
import type { Ui } from '../ui';
import { selectCells } from './pointed';

interface RangeFormProps {
  readonly app: App;
  readonly ui: Ui;
  readonly tool: string;
  readonly columns: readonly Column[];
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
    const mask = Uint8Array.from(app.visible.peek() ?? new Uint8Array(app.dataset.nCells).fill(1));
    columns.forEach((column, i) => {
      if (column.kind === 'continuous') {
        keepBetween(mask, column.values, ranges[i]![0]!, ranges[i]![1]!);
      }
    });
    selectCells(app, ui, null, tool, ofMask(mask, mask.length), { fields: names, ranges });
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
