/** Pages and groups: a tab a page, and the groups of the active one. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { countMasked } from '../../cells/cellset';
import type { App } from '../../state/app';
import { disableFiltersThatHide } from '../../state/filters';
import { copyGroup, moveGroup } from '../../state/groups';
import { groupOf, isArriving, pageOf } from '../../state/highlights';
import { combinePages } from '../../state/pages';
import { text } from '../../text';
import { Section } from '../common/section';
import type { Ui } from '../ui';
import type { Asked } from './asked';
import { Groups } from './groups';
import { PageChoice } from './page-choice';
import { PageHead } from './page-head';
import { PANEL, Tabs, tabId } from './tabs';

export function Highlights({ app, ui }: { app: App; ui: Ui }): JSX.Element {
  const asked = useSignal<Asked | null>(null);
  const renaming = useSignal(false);
  const page = app.activePage.value;
  return (
    <Section
      app={app}
      name="highlights"
      title={text.highlights}
      aside={
        <button type="button" class="cx-link" onClick={() => (ui.sheet.value = 'builder')}>
          {text.buildCategories}
        </button>
      }
    >
      <Tabs app={app} asked={asked} renaming={renaming} />
      <div id={PANEL} class="cx-groups" role="tabpanel" aria-labelledby={tabId(page.id)}>
        <PageHead app={app} asked={asked} renaming={renaming} />
        {asked.value !== null && (
          <Question app={app} asked={asked.value} done={() => (asked.value = null)} />
        )}
        <Groups app={app} asked={asked} />
        <HowMany app={app} />
      </div>
    </Section>
  );
}

interface QuestionProps {
  readonly app: App;
  readonly asked: Asked;
  readonly done: () => void;
}

function Question({ app, asked, done }: QuestionProps): JSX.Element | null {
  const highlights = app.highlights.value;
  const { id } = asked;
  if (asked.about === 'page') {
    const page = pageOf(highlights, id);
    return page === undefined ? null : (
      <PageChoice
        label={text.combine(page.name)}
        pages={highlights.pages.filter(other => other !== page)}
        first={asked.other}
        done={done}
        choices={(['union', 'intersection'] as const).map(how => ({
          label: text[how],
          hint: text[`${how}Hint`],
          act: other => combinePages(app, id, other, how)
        }))}
      />
    );
  }
  const place = groupOf(highlights, id);
  return place === undefined ? null : (
    <PageChoice
      label={text.putGroup(place.group.label)}
      pages={highlights.pages.filter(other => other !== place.page)}
      first={null}
      done={done}
      choices={[
        { label: text.move, hint: text.moveHint, act: to => moveGroup(app, id, to) },
        { label: text.copy, hint: text.copyHint, act: to => copyGroup(app, id, to) }
      ]}
    />
  );
}

/** How many of the highlighted cells are visible, and a way out where none is. */
function HowMany({ app }: { app: App }): JSX.Element {
  const cells = app.highlighted.value;
  const visible = countMasked(cells, app.visible.value);
  if (isArriving(app.activePage.value)) {
    return <p class="cx-hint cx-how-many" />;
  }
  return (
    <p class="cx-hint cx-how-many" role="status">
      {cells.length > 0 && text.highlighted(visible, cells.length)}
      {cells.length > 0 && visible === 0 && (
        <button
          type="button"
          class="cx-link"
          title={text.showThemHint}
          onClick={() => disableFiltersThatHide(app, cells)}
        >
          {text.showThem}
        </button>
      )}
    </p>
  );
}
