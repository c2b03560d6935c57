import { expect, it } from 'vitest';

import { createUi } from '../../src/panels/ui';
import { captureSession } from '../../src/session/capture';
import { restoreSession } from '../../src/session/restore';
import type { Plan } from '../../src/state/builder';
import { openFixture } from '../fixture';

it('forgets the plan of categories when a session brings other pages', async () => {
  const app = await openFixture(20);
  const ui = createUi(app);
  const plan: Plan = {
    name: 'Mine',
    from: { kind: 'pages', ids: ['page_1'] },
    rule: 'first',
    overlapLabel: '',
    uncoveredLabel: null
  };
  ui.plan.value = plan;
  const file = await captureSession(app);
  expect(ui.plan.value).toBe(plan);
  await restoreSession(app, file);
  expect(ui.plan.value).toBeNull();
});
