/* Stands for the database that embedding-atlas's other view asks: with it come 100 MB, unused. */
export const coordinator = null;
export const isSelection = null;
export const makeClient = null;
