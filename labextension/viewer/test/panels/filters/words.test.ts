import { expect, it } from 'vitest';

import { wordsOf } from '../../../src/panels/filters/words';
import {
  hideCategories,
  setRange,
  showCategories,
  showOnlyCategory,
  toggleMissing
} from '../../../src/state/filters';
import { loaded, openFixture, KINDS } from '../../fixture';

const KIND = { source: 'obs', key: 'kind' } as const;
const SCORE = { source: 'obs', key: 'score' } as const;

it('tell of missing values where it does not go without saying', async () => {
  const app = await openFixture();
  app.need({ columns: [KIND, SCORE] });
  await loaded(app);
  const words = (): string[] => app.activeView.value.filters.map(filter => wordsOf(app, filter));
  showOnlyCategory(app, KIND, 'NK');
  expect(words()).toEqual(['only “NK”']);
  toggleMissing(app, KIND, true);
  expect(words()).toEqual(['only “NK”, and missing']);
  showOnlyCategory(app, KIND, null);
  expect(words()).toEqual(['only missing']);
  hideCategories(app, KIND, [null]);
  expect(words()).toEqual(['no category']);
  showCategories(app, KIND, ['B cell', 'T cell']);
  expect(words()).toEqual(['without “NK”, nor missing']);
  showCategories(app, KIND, KINDS);
  expect(words()).toEqual(['without missing']);
  showCategories(app, KIND, [null]);

  toggleMissing(app, SCORE, false);
  expect(words()).toEqual(['without missing']);
  setRange(app, SCORE, 3, 9);
  expect(words()).toEqual(['3 to 9']);
  toggleMissing(app, SCORE, true);
  expect(words()).toEqual(['3 to 9, and missing']);
});
