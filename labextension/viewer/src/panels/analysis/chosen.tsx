/** The field that a window is about: its choice, and what is shown of its column once that is there. */
import type { ComponentChildren, JSX } from 'preact';
import type { Column } from '../../data/dataset';
import { setWindowField } from '../../state/windows';
import { text } from '../../text';
import type { ChartProps } from './chart';
import { FieldPick } from './field-pick';
import { PagesMenu } from './pages-menu';
import { useColumn } from './use-column';

interface ChosenProps<K extends Column['kind']> extends Pick<ChartProps, 'app' | 'window'> {
  readonly kind: K;
  /** What is said while no field is chosen. */
  readonly hint: string;
  readonly show: (column: Extract<Column, { kind: K }>) => ComponentChildren;
}

export function Chosen<K extends Column['kind']>(props: ChosenProps<K>): JSX.Element {
  const { app, window, kind, hint, show } = props;
  const ref = window.fields[0] ?? null;
  const column = useColumn(app, ref);
  return (
    <>
      <div class="cx-window-settings">
        <FieldPick
          app={app}
          label={text.field}
          kind={kind}
          value={ref}
          choose={field => setWindowField(app, window.id, 0, field)}
        />
        <PagesMenu app={app} window={window} />
      </div>
      {column === null && <p class="cx-hint">{hint}</p>}
      {column?.state === 'loading' && <p class="cx-hint">{text.loadingColumn}</p>}
      {column?.state === 'failed' && <p class="cx-hint">{text.notLoaded(column.message)}</p>}
      {column?.state === 'ready' && isOf(column.value, kind) && show(column.value)}
    </>
  );
}

function isOf<K extends Column['kind']>(
  column: Column,
  kind: K
): column is Extract<Column, { kind: K }> {
  return column.kind === kind;
}
