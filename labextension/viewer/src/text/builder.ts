/** The category builder. */
export const builder = {} as const;
