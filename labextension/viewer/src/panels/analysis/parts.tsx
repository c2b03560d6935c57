/** The bars of a composition: pointing at a part shows its cells, a click selects them. */
import type { JSX } from 'preact';
import type { Part } from '../../state/composition';
import { text } from '../../text';

/** Parts that get a bar of their own. */
const MOST = 24;

interface BarsProps {
  readonly parts: readonly Part[];
  readonly preview: (part: Part | null) => void;
  readonly select: (part: Part, event: MouseEvent) => void;
}

/** One bar for all, cut into its parts in the order of the categories. */
export function Stacked({ parts, preview, select }: BarsProps): JSX.Element {
  const large = new Set([...parts].sort((a, b) => b.count - a.count).slice(0, MOST));
  const shown = parts.filter(part => part.count > 0 && large.has(part));
  return (
    <div class="cx-stacked">
      {shown.map(part => (
        <button
          key={part.code}
          type="button"
          aria-label={text.partHint(part.label, part.count, part.share)}
          title={text.partHint(part.label, part.count, part.share)}
          style={{ backgroundColor: part.color, flexGrow: part.count }}
          onPointerEnter={() => preview(part)}
          onPointerLeave={() => preview(null)}
          onFocus={() => preview(part)}
          onBlur={() => preview(null)}
          onClick={event => select(part, event)}
        />
      ))}
    </div>
  );
}

interface ListedProps extends BarsProps {
  readonly most: number;
}

/** A row a part, the largest first, with its count and share. */
export function Listed({ parts, preview, select, most }: ListedProps): JSX.Element {
  const sorted = parts.filter(part => part.count > 0).sort((a, b) => b.count - a.count);
  const largest = sorted[0]?.share ?? 1;
  return (
    <ul class="cx-parts">
      {sorted.slice(0, most).map(part => (
        <li key={part.code}>
          <button
            type="button"
            title={text.partHint(part.label, part.count, part.share)}
            onPointerEnter={() => preview(part)}
            onPointerLeave={() => preview(null)}
            onFocus={() => preview(part)}
            onBlur={() => preview(null)}
            onClick={event => select(part, event)}
          >
            <span
              class="cx-part-bar"
              style={{ backgroundColor: part.color, width: `${(100 * part.share) / largest}%` }}
            />
            <span class="cx-name">{part.label}</span>
            <span class="cx-count">{text.percent(part.share)}</span>
          </button>
        </li>
      ))}
      {sorted.length > most && <li class="cx-hint">{text.moreParts(sorted.length - most)}</li>}
    </ul>
  );
}
