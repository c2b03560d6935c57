/** Filters. */
export const filters = {} as const;
