/** Sets of cells as ascending arrays of distinct row indices, and the operations on them. */

export const EMPTY: Uint32Array = new Uint32Array(0);

export function union(a: Uint32Array, b: Uint32Array): Uint32Array {
  const out = new Uint32Array(a.length + b.length);
  let i = 0;
  let j = 0;
  let n = 0;
  while (i < a.length && j < b.length) {
    const x = a[i]!;
    const y = b[j]!;
    out[n++] = x < y ? x : y;
    if (x <= y) {
      i++;
    }
    if (y <= x) {
      j++;
    }
  }
  while (i < a.length) {
    out[n++] = a[i++]!;
  }
  while (j < b.length) {
    out[n++] = b[j++]!;
  }
  return out.slice(0, n);
}

export function intersection(a: Uint32Array, b: Uint32Array): Uint32Array {
  return keep(a, b, true);
}

export function difference(a: Uint32Array, b: Uint32Array): Uint32Array {
  return keep(a, b, false);
}

function keep(a: Uint32Array, b: Uint32Array, wanted: boolean): Uint32Array {
  const out = new Uint32Array(a.length);
  let j = 0;
  let n = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i]!;
    while (j < b.length && b[j]! < x) {
      j++;
    }
    if ((j < b.length && b[j] === x) === wanted) {
      out[n++] = x;
    }
  }
  return out.slice(0, n);
}

/** Those of a set that a mask lets through; a null mask lets all through. */
export function masked(cells: Uint32Array, mask: Uint8Array | null): Uint32Array {
  if (mask === null) {
    return cells;
  }
  const out = new Uint32Array(cells.length);
  let n = 0;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i]!;
    out[n] = cell;
    n += mask[cell]!;
  }
  return out.slice(0, n);
}

/** The cells of a mask, ascending; of those only that a second mask lets through, if there is one. */
export function cellsOfMask(mask: Uint8Array, also: Uint8Array | null = null): Uint32Array {
  const out = new Uint32Array(mask.length);
  let n = 0;
  for (let cell = 0; cell < mask.length; cell++) {
    out[n] = cell;
    n += mask[cell]! & (also === null ? 1 : also[cell]!);
  }
  return out.slice(0, n);
}

/** The union of many sets among `n` cells. */
export function unionAll(sets: readonly Uint32Array[], n: number): Uint32Array {
  if (sets.length < 2) {
    return sets[0] ?? EMPTY;
  }
  const mask = new Uint8Array(n);
  let count = 0;
  for (const set of sets) {
    for (let i = 0; i < set.length; i++) {
      const cell = set[i]!;
      count += 1 - mask[cell]!;
      mask[cell] = 1;
    }
  }
  const out = new Uint32Array(count);
  for (let cell = 0, k = 0; k < count; cell++) {
    out[k] = cell;
    k += mask[cell]!;
  }
  return out;
}

/** The cells among `n` that are not in a set. */
export function complement(cells: Uint32Array, n: number): Uint32Array {
  const out = new Uint32Array(n - cells.length);
  let cell = 0;
  let k = 0;
  for (let i = 0; i < cells.length; i++) {
    for (const next = cells[i]!; cell < next; cell++) {
      out[k++] = cell;
    }
    cell++;
  }
  for (; cell < n; cell++) {
    out[k++] = cell;
  }
  return out;
}

/** How many of a set a mask lets through; a null mask lets all through. */
export function countMasked(cells: Uint32Array, mask: Uint8Array | null): number {
  if (mask === null) {
    return cells.length;
  }
  let count = 0;
  for (let i = 0; i < cells.length; i++) {
    count += mask[cells[i]!]!;
  }
  return count;
}

/** Make an ascending set of distinct cells from any numbers; null where one is no cell. */
export function fromNumbers(values: readonly number[], n: number): Uint32Array | null {
  if (!values.every(value => Number.isInteger(value) && value >= 0 && value < n)) {
    return null;
  }
  return Uint32Array.from(new Set(values)).sort();
}

/** All of `n` cells. */
export function allCells(n: number): Uint32Array {
  const out = new Uint32Array(n);
  for (let cell = 0; cell < n; cell++) {
    out[cell] = cell;
  }
  return out;
}
