/** The sheet of the category builder: what categories are made of, by which rules, and what comes of it. */
import { useComputed } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { buildField, draftOf, freeName, planProblem, type Plan } from '../../state/builder';
import type { App } from '../../state/app';
import { countOf } from '../../state/awaited';
import { nameProblem } from '../../state/field-names';
import { shownSets } from '../../state/page-cells';
import { text } from '../../text';
import { Sheet } from '../common/sheet';
import type { Ui } from '../ui';
import { Preview } from './builder-preview';
import { PageBoxes } from './page-boxes';

const RULES = ['first', 'last', 'overlap-label', 'intersections'] as const satisfies Plan['rule'][];

export function Builder({ app, ui }: { app: App; ui: Ui }): JSX.Element {
  return (
    <Sheet
      ui={ui}
      name="builder"
      title={text.builder}
      content={() => <BuilderForm app={app} ui={ui} />}
    />
  );
}

/** What the sheet holds. */
export function BuilderForm({ app, ui }: { app: App; ui: Ui }): JSX.Element {
  const first = useMemo(() => firstPlan(app), [app]);
  const plan = useComputed(() => onThisPage(app, ui.plan.value ?? first));
  const edit = (parts: Partial<Plan>): void => void (ui.plan.value = { ...plan.value, ...parts });
  const draft = useComputed(() => draftOf(app, plan.value));
  const { name, from } = plan.value;
  const problem =
    planProblem(app, plan.value) ?? nameProblem(app.fields.value, name.trim());
  const active = app.activePage.value;
  return (
    <form
      class="cx-builder"
      onSubmit={event => {
        event.preventDefault();
        if (problem === null && buildField(app, plan.value) !== null) {
          ui.plan.value = null;
          ui.sheet.value = null;
        }
      }}
    >
      <Line label={text.buildFrom}>
        <select
          class="cx-input"
          value={from.kind}
          onChange={event =>
            edit({
              from:
                event.currentTarget.value === 'groups'
                  ? { kind: 'groups', pageId: active.id }
                  : firstPlan(app).from
            })
          }
        >
          <option value="pages">{text.buildFromPages}</option>
          <option value="groups">{text.buildFromGroups(active.name)}</option>
        </select>
      </Line>
      {from.kind === 'pages' ? (
        <PageBoxes app={app} chosen={from.ids} choose={ids => edit({ from: { kind: 'pages', ids } })} />
      ) : (
        <p class="cx-hint">{text.builderHintGroups}</p>
      )}
      <Rules plan={plan.value} edit={edit} />
      <Preview draft={draft.value} />
      <Line label={text.buildName}>
        <input
          class="cx-input"
          type="text"
          maxLength={200}
          value={name}
          onInput={event => edit({ name: event.currentTarget.value })}
        />
      </Line>
      <div class="cx-builder-end">
        <p class="cx-hint cx-problem" role="status">
          {problem}
        </p>
        <button type="submit" class="cx-confirm" disabled={problem !== null}>
          {text.build}
        </button>
      </div>
    </form>
  );
}

interface RulesProps {
  readonly plan: Plan;
  readonly edit: (parts: Partial<Plan>) => void;
}

/** Where cells go that are in several sets, or in none. */
function Rules({ plan, edit }: RulesProps): JSX.Element {
  const { rule, overlapLabel, uncoveredLabel } = plan;
  const setUncovered = (label: string | null): void => edit({ uncoveredLabel: label });
  return (
    <>
      <Line label={text.overlapRule}>
        <select
          class="cx-input"
          value={rule}
          onChange={event => edit({ rule: RULES[event.currentTarget.selectedIndex]! })}
        >
          {RULES.map(one => (
            <option key={one} value={one}>
              {text.overlapRules[one]}
            </option>
          ))}
        </select>
        {rule === 'overlap-label' && (
          <Label
            name={text.overlapLabel}
            value={overlapLabel}
            change={label => edit({ overlapLabel: label })}
          />
        )}
      </Line>
      <Line label={text.uncoveredRule}>
        <select
          class="cx-input"
          value={uncoveredLabel === null ? 'missing' : 'named'}
          onChange={event =>
            setUncovered(event.currentTarget.value === 'named' ? text.uncoveredDefault : null)
          }
        >
          <option value="missing">{text.uncoveredMissing}</option>
          <option value="named">{text.uncoveredNamed}</option>
        </select>
        {uncoveredLabel !== null && (
          <Label name={text.uncoveredLabel} value={uncoveredLabel} change={setUncovered} />
        )}
      </Line>
    </>
  );
}

/** A control with the words before it; what stands beside the control has words of its own. */
function Line({ label, children }: { label: string; children: ComponentChildren }): JSX.Element {
  return (
    <div class="cx-line">
      <label>
        <span class="cx-label">{label}</span>
        {Array.isArray(children) ? children[0] : children}
      </label>
      {Array.isArray(children) && children.slice(1)}
    </div>
  );
}

interface LabelProps {
  readonly name: string;
  readonly value: string;
  readonly change: (label: string) => void;
}

function Label({ name, value, change }: LabelProps): JSX.Element {
  return (
    <input
      class="cx-input"
      type="text"
      maxLength={200}
      aria-label={name}
      value={value}
      onInput={event => change(event.currentTarget.value)}
    />
  );
}

/** A plan from before, of the groups of the page that is shown now. */
function onThisPage(app: App, plan: Plan): Plan {
  const pageId = app.activePage.value.id;
  return plan.from.kind === 'groups' ? { ...plan, from: { kind: 'groups', pageId } } : plan;
}

/** All pages that have cells, or will have. */
function firstPlan(app: App): Plan {
  const pages = app.highlights.peek().pages;
  const full = pages.filter(page => shownSets(page).some(cells => countOf(cells) > 0));
  return {
    name: freeName(app),
    from: { kind: 'pages', ids: full.map(({ id }) => id) },
    rule: 'first',
    overlapLabel: text.overlapDefault,
    uncoveredLabel: null
  };
}
