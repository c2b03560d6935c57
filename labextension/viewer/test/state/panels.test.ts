import { describe, expect, it } from 'vitest';

import { openPanel, readPanels, unfold } from '../../src/state/panels';
import { openFixture } from '../fixture';

describe('the panel', () => {
  it('opens and folds without a step of undo, section by section', async () => {
    const app = await openFixture(4);
    expect(app.panels.value).toEqual({ open: null, sections: {} });
    openPanel(app, false);
    unfold(app, 'filters', false);
    unfold(app, 'summary', true);
    unfold(app, 'filters', true);
    expect(app.panels.value).toEqual({ open: false, sections: { filters: true, summary: true } });
    expect([app.canUndo.value, app.revision.value]).toEqual([false, 4]);
  });

  it('is read out of a stranger’s JSON', () => {
    expect(readPanels({}, 'panels')).toEqual({ open: null, sections: {} });
    const given = { open: true, sections: { toString: false, later: true }, future: 1 };
    expect(readPanels(given, 'panels')).toEqual({
      open: true,
      sections: { toString: false, later: true }
    });
  });

  it.each([
    ['no object', [], 'panels: expected an object'],
    ['another word for open', { open: 'yes' }, 'panels.open: expected true or false'],
    ['sections that are none', { sections: [] }, 'panels.sections: expected an object'],
    ['a section that is half open', { sections: { a: 0.5 } }, 'panels.sections.a'],
    ['an endless name', { sections: { ['a'.repeat(101)]: true } }, 'at most 100 characters'],
    [
      'too many sections',
      { sections: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`s${i}`, true])) },
      'at most 100 sections'
    ]
  ])('is refused for %s', (_, value, why) => {
    expect(() => readPanels(value, 'panels')).toThrow(why);
  });
});
