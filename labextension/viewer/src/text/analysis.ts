/** Quick summary and analysis windows. */
export const analysis = {} as const;
