/** The categories there will be, each with its cells. */
import type { JSX } from 'preact';
import type { Draft, PlannedCategory } from '../../state/builder';
import { categoryColor, NEUTRAL } from '../../state/palette';
import { count, text } from '../../text';
import { Rows } from '../common/rows';

interface Shown extends PlannedCategory {
  readonly key: string;
}

const NO_COLOR = `rgb(${NEUTRAL.join(' ')})`;

export function Preview({ draft }: { draft: Draft | null }): JSX.Element {
  if (draft === null) {
    return <div class="cx-preview" />;
  }
  const { categories, missing } = draft;
  const shown: Shown[] = categories.map((category, i) => ({
    ...category,
    key: `c${i}`,
    color: category.color ?? categoryColor(i)
  }));
  if (missing > 0) {
    shown.push({ key: 'missing', label: text.previewMissing, color: NO_COLOR, count: missing });
  }
  const cells = categories.reduce((sum, category) => sum + category.count, 0);
  return (
    <div class="cx-preview">
      <p class="cx-label" role="status">
        {text.previewSummary(categories.length, cells)}
      </p>
      <Rows
        items={shown}
        label={text.preview}
        keyOf={({ key }) => key}
        row={({ key, label, color, count: n }) => (
          <>
            <span class="cx-swatch" style={{ backgroundColor: color ?? NO_COLOR }} />
            <span class="cx-name" data-missing={key === 'missing'} title={label}>
              {label}
            </span>
            <span class="cx-count">{count(n)}</span>
          </>
        )}
      />
    </div>
  );
}
