/** Of which categories the cells of each page are. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { cellsWithCode } from '../../cells/counts';
import type { CategoricalColumn } from '../../data/dataset';
import type { Compared } from '../../state/compared';
import { compositionOf, type Part } from '../../state/composition';
import { count, text } from '../../text';
import { CellCount } from '../common/cell-count';
import type { ChartProps } from './chart';
import { Chosen } from './chosen';
import { Stacked } from './parts';
import { operationAt, previewCells, selectCells } from './pointed';
import { useCompared } from './use-compared';

/** Nobody reads more; Python has them all. */
const TABLE_ROWS = 500;

export function CompositionChart({ app, ui, window }: ChartProps): JSX.Element {
  return (
    <Chosen
      app={app}
      window={window}
      kind="categorical"
      hint={text.chooseCategories}
      show={column => <Bars app={app} ui={ui} window={window} column={column} />}
    />
  );
}

function Bars({
  app,
  ui,
  window,
  column
}: ChartProps & { readonly column: CategoricalColumn }): JSX.Element {
  const name = app.fields.value.nameOf(column.ref);
  const compared = useCompared(app, window);
  const rows = useMemo(
    () => compared.map(row => ({ row, parts: compositionOf(column, row.cells, text.missing) })),
    [compared, column]
  );
  const cellsOf = ({ cells }: Compared, { code }: Part): Uint32Array =>
    cellsWithCode(column.codes, column.categories.length, cells, code);
  const asTable = useSignal(false);
  const seen = (rows[0]?.parts ?? []).filter(({ code }) =>
    rows.some(({ parts }) => (parts[code]?.count ?? 0) > 0)
  );
  return (
    <>
      {rows.map(({ row, parts }) => (
        <div key={row.id} class="cx-compared" role="group" aria-label={row.name}>
          <span class="cx-compared-name">
            {row.color !== null && <span class="cx-dot" style={{ backgroundColor: row.color }} />}
            <span class="cx-name">{row.name}</span>
            <CellCount n={row.cells.length} arriving={row.arriving} />
          </span>
          <Stacked
            parts={parts}
            preview={part => previewCells(app, part && cellsOf(row, part))}
            select={(part, event) => {
              const detail = { field: name, category: part.label, page: row.id };
              selectCells(app, operationAt(app, ui, event), 'composition', cellsOf(row, part), detail);
            }}
          />
        </div>
      ))}
      <details
        class="cx-as-table"
        open={asTable.value}
        onToggle={event => (asTable.value = event.currentTarget.open)}
      >
        <summary>{text.table}</summary>
        {asTable.value && (
          <table class="cx-table">
            <thead>
              <tr>
                <th scope="col">{name}</th>
                {rows.map(({ row }) => (
                  <th key={row.id} scope="col">
                    {row.name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {seen.slice(0, TABLE_ROWS).map(part => (
                <tr key={part.code}>
                  <th scope="row">{part.label}</th>
                  {rows.map(({ row, parts }) => (
                    <td key={row.id}>{count(parts[part.code]?.count ?? 0)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {asTable.value && seen.length > TABLE_ROWS && (
          <p class="cx-hint">{text.moreParts(seen.length - TABLE_ROWS)}</p>
        )}
      </details>
    </>
  );
}
