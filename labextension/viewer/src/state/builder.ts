/** The category builder: pages, or the groups of one, become a categorical field. */
import { assign, MOST_INTERSECTED, type OverlapRule, type Part } from '../cells/overlap';
import { text } from '../text';
import type { App } from './app';
import { isAwaited } from './awaited';
import { addField } from './field-edits';
import { nameProblem } from './field-names';
import { isArriving, pageOf } from './highlights';
import { distinctNames } from './labels';
import { say } from './messages';
import { cellsOfPage } from './page-cells';
import { parseColor } from './palette';
import type { FieldRef, MadeCategories } from './types';
import { setField } from './views';

export type { OverlapRule };

/** What categories are made of: pages in their order, or the groups of a page that are shown. */
export type BuildFrom =
  | { readonly kind: 'pages'; readonly ids: readonly string[] }
  | { readonly kind: 'groups'; readonly pageId: string };

/** What is asked of the builder. */
export interface Plan {
  readonly name: string;
  readonly from: BuildFrom;
  readonly rule: OverlapRule;
  /** The category of cells in several sets, where the rule is `overlap-label`. */
  readonly overlapLabel: string;
  /** The category of cells in no set; null leaves them without a value. */
  readonly uncoveredLabel: string | null;
}

export interface PlannedCategory {
  readonly label: string;
  /** `#rrggbb`; null for the palette's. */
  readonly color: string | null;
  readonly count: number;
}

/** What a plan would give. */
export interface Draft {
  readonly categories: readonly PlannedCategory[];
  /** Cells without a category. */
  readonly missing: number;
  readonly codes: MadeCategories['codes'];
  readonly parts: readonly Part[];
}

interface Source {
  readonly id: string;
  readonly label: string;
  readonly color: string;
  readonly cells: Uint32Array;
  /** Whether some of them are still on their way. */
  readonly arriving: boolean;
}

/** Cells that are in no set are not the point of the picture. */
const UNCOVERED_COLOR = '#a0a0a4';

/** Why nothing can be made of a plan's pages or groups, in words; null where it can. */
export function planProblem(app: App, plan: Plan): string | null {
  const sources = sourcesOf(app, plan.from);
  if (sources.some(({ arriving }) => arriving)) {
    return text.stillArriving;
  }
  if (sources.every(({ cells }) => cells.length === 0)) {
    return plan.from.kind === 'pages' ? text.noPagesChosen : text.noGroupsShown;
  }
  if (plan.rule === 'intersections' && sources.length > MOST_INTERSECTED) {
    return text.tooManyIntersected(sources.length, MOST_INTERSECTED);
  }
  if (plan.rule === 'overlap-label' && plan.overlapLabel.trim() === '') {
    return text.noOverlapLabel;
  }
  return plan.uncoveredLabel?.trim() === '' ? text.noUncoveredLabel : null;
}

/** What a plan would give; null where `planProblem` has a word. */
export function draftOf(app: App, plan: Plan): Draft | null {
  if (planProblem(app, plan) !== null) {
    return null;
  }
  const sources = sourcesOf(app, plan.from);
  const { parts, counts, codes, missing } = assign(
    sources.map(({ cells }) => cells),
    app.dataset.nCells,
    plan.rule,
    plan.uncoveredLabel !== null
  );
  const labels = distinctNames(parts.map(part => labelOf(part, sources, plan)));
  const categories = parts.map((part, i) => ({
    label: labels[i]!,
    color: colorOf(part, sources),
    count: counts[i]!
  }));
  return { categories, missing, codes, parts };
}

/** A name that no field has yet. */
export function freeName(app: App): string {
  const fields = app.fields.peek();
  const base = text.buildNameDefault;
  for (let n = 1; ; n++) {
    const name = n === 1 ? base : `${base} ${n}`;
    if (nameProblem(fields, name) === null) {
      return name;
    }
  }
}

/** Make the field and show it in the active view; null where the plan will not do, which is said. */
export function buildField(app: App, plan: Plan): FieldRef | null {
  const key = plan.name.trim();
  const draft = draftOf(app, plan);
  const problem = nameProblem(app.fields.peek(), key) ?? planProblem(app, plan);
  if (problem !== null || draft === null) {
    say(app, 'error', problem ?? text.noPagesChosen);
    return null;
  }
  const { categories, codes } = draft;
  return app.changes.change(text.didBuild(key), () => {
    const ref = addField(app, {
      key,
      source: 'obs',
      made: {
        kind: 'category',
        categories: categories.map(({ label }) => label),
        colors: categories.map(({ color }) => color),
        codes,
        of: null
      },
      extra: toldOf(app, plan, draft)
    });
    setField(app, ref);
    return ref;
  });
}

/** How the field was made, in the words of the session's format. */
function toldOf(app: App, plan: Plan, { categories, parts }: Draft): Record<string, unknown> {
  const sources = sourcesOf(app, plan.from);
  const told = (part: Part): string | undefined => categories[parts.indexOf(part)]?.label;
  const joint = parts.filter(part => typeof part !== 'string' && part.length > 1);
  const overlapLabel = told('overlap');
  const uncoveredLabel = told('uncovered');
  return {
    operation: plan.from.kind === 'pages' ? 'from-pages' : 'from-groups',
    sourcePages: plan.from.kind === 'pages' ? sources.map(({ id }) => id) : [plan.from.pageId],
    overlapStrategy: plan.rule,
    ...(overlapLabel === undefined ? {} : { overlapLabel }),
    ...(plan.rule === 'intersections' && {
      intersectionLabels: Object.fromEntries(
        joint.map(part => [
          (part as readonly number[]).map(place => sources[place]!.id).join('+'),
          told(part)
        ])
      )
    }),
    ...(uncoveredLabel === undefined ? {} : { uncoveredLabel })
  };
}

function sourcesOf(app: App, from: BuildFrom): Source[] {
  const highlights = app.highlights.value;
  const { nCells } = app.dataset;
  if (from.kind === 'pages') {
    const chosen = new Set(from.ids);
    return highlights.pages
      .filter(page => chosen.has(page.id))
      .map(page => ({
        id: page.id,
        label: page.name,
        color: page.color,
        cells: cellsOfPage(page, nCells),
        arriving: isArriving(page)
      }));
  }
  const page = pageOf(highlights, from.pageId);
  return (page?.groups ?? [])
    .filter(group => group.enabled)
    .map(({ id, label, color, cells }) => ({
      id,
      label,
      color: color ?? '',
      cells,
      arriving: isAwaited(cells)
    }));
}

function labelOf(part: Part, sources: readonly Source[], plan: Plan): string {
  if (part === 'overlap') {
    return plan.overlapLabel.trim();
  }
  if (part === 'uncovered') {
    return plan.uncoveredLabel?.trim() ?? '';
  }
  return part.map(place => sources[place]!.label).join(text.intersectionJoin);
}

/** Of one set its own, of an intersection what lies between those of its sets. */
function colorOf(part: Part, sources: readonly Source[]): string | null {
  if (typeof part === 'string') {
    return part === 'uncovered' ? UNCOVERED_COLOR : null;
  }
  const colors = part.flatMap(place => {
    const color = parseColor(sources[place]!.color);
    return color === null ? [] : [color];
  });
  if (colors.length === 0) {
    return null;
  }
  const mean = (channel: 0 | 1 | 2): string =>
    Math.round(colors.reduce((sum, color) => sum + color[channel], 0) / colors.length)
      .toString(16)
      .padStart(2, '0');
  return `#${mean(0)}${mean(1)}${mean(2)}`;
}
