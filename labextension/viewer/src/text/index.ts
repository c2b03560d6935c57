/** Every string a person reads, in one table: one place to correct and to translate. */
import { analysis } from './analysis';
import { autosaves } from './autosaves';
import { builder } from './builder';
import { fields } from './fields';
import { filters } from './filters';
import { highlights } from './highlights';
import { legend } from './legend';
import { outside } from './outside';
import { page } from './page';
import { saving } from './saving';
import { selection } from './selection';
import { sessions } from './sessions';
import { sharing } from './sharing';
import { state } from './state';
import { views } from './views';

export { count, exact, measure } from './numbers';

export const text = {
  ...page,
  ...views,
  ...fields,
  ...legend,
  ...highlights,
  ...selection,
  ...filters,
  ...analysis,
  ...builder,
  ...state,
  ...sessions,
  ...autosaves,
  ...saving,
  ...sharing,
  ...outside
} as const;
