/** Every string a person reads, in one table: one place to correct and to translate. */
import { analysis } from './analysis';
import { builder } from './builder';
import { fields } from './fields';
import { filters } from './filters';
import { highlights } from './highlights';
import { legend } from './legend';
import { outside } from './outside';
import { page } from './page';
import { selection } from './selection';
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
  ...outside
} as const;
