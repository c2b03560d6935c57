/** One read of a dataset’s files, which whoever asked for it may follow, and end. */
export interface Reading {
  readonly signal: AbortSignal;
  /** So many bytes more are to come, where that is known. */
  expect(bytes: number): void;
  /** So many bytes more came. */
  heard(bytes: number): void;
}
