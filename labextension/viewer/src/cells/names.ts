/** Cells by their names. */

/** Which cells are called by the wanted names. */
export interface Named {
  /** Ascending. */
  readonly cells: Uint32Array;
  /** Names that no cell has. */
  readonly unknown: readonly string[];
  /** Names that more than one cell has: all those cells are taken. */
  readonly shared: readonly string[];
}

/** @param names - all cells' names in their order: UTF-8, each ended by a line feed */
export function cellsNamed(names: ArrayBuffer, wanted: ReadonlySet<string>): Named {
  const words = new TextDecoder().decode(names);
  const cells: number[] = [];
  const found = new Set<string>();
  const shared = new Set<string>();
  let row = 0;
  for (let from = 0, to; (to = words.indexOf('\n', from)) >= 0; from = to + 1, row++) {
    const name = words.slice(from, to);
    if (wanted.has(name)) {
      cells.push(row);
      if (found.has(name)) {
        shared.add(name);
      }
      found.add(name);
    }
  }
  return {
    cells: Uint32Array.from(cells),
    unknown: [...wanted].filter(name => !found.has(name)),
    shared: [...shared]
  };
}
