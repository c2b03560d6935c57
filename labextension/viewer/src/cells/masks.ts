/** Masks of cells: 1 for each that passes, 0 for each that does not. */

/** Passes the cells that are listed. */
export function maskOf(cells: Uint32Array, n: number): Uint8Array {
  const mask = new Uint8Array(n);
  for (let i = 0; i < cells.length; i++) {
    mask[cells[i]!] = 1;
  }
  return mask;
}

/** Passes all but the cells that are listed. */
export function maskWithout(hidden: Uint32Array, n: number): Uint8Array {
  const mask = new Uint8Array(n).fill(1);
  for (let i = 0; i < hidden.length; i++) {
    mask[hidden[i]!] = 0;
  }
  return mask;
}

/**
 * Passes all cells but those whose category is hidden.
 *
 * @param hides - 1 for each category that is
 * @param rest - 1 if a code beyond them, which is a missing value, is hidden
 */
export function maskOfCodes(
  codes: ArrayLike<number>,
  hides: Uint8Array,
  rest: 0 | 1
): Uint8Array {
  const mask = new Uint8Array(codes.length);
  for (let i = 0; i < mask.length; i++) {
    mask[i] = 1 - (hides[codes[i]!] ?? rest);
  }
  return mask;
}

/**
 * Passes values from `min` to `max`, both included.
 *
 * @param rest - whether what is no finite number passes, too
 */
export function maskOfRange(
  values: Float32Array,
  min: number,
  max: number,
  rest = false
): Uint8Array {
  const mask = new Uint8Array(values.length);
  for (let i = 0; i < mask.length; i++) {
    const value = values[i]!;
    mask[i] = (value >= min && value <= max) || (rest && !Number.isFinite(value)) ? 1 : 0;
  }
  return mask;
}

/** Passes values up to `most`; a missing value passes. */
export function maskUpTo(values: Float32Array, most: number): Uint8Array {
  const mask = new Uint8Array(values.length);
  for (let i = 0; i < mask.length; i++) {
    mask[i] = values[i]! > most ? 0 : 1;
  }
  return mask;
}

/** How many masks each cell does not pass, and of which masks that is told. */
export interface Missed {
  readonly counts: Uint8Array | Uint16Array;
  readonly masks: readonly Uint8Array[];
}

/**
 * How many of the masks each cell does not pass.
 *
 * @param before - of other masks: where few differ, only those are counted
 */
export function misses(masks: readonly Uint8Array[], n: number, before: Missed | null): Missed {
  const wide = masks.length > 255;
  const gone = before?.masks.filter(mask => !masks.includes(mask)) ?? [];
  const fresh = masks.filter(mask => !before?.masks.includes(mask));
  const near =
    before !== null &&
    before.counts.length === n &&
    before.masks.length < 256 &&
    !wide &&
    gone.length + fresh.length < masks.length;
  const counts = near ? before.counts.slice() : wide ? new Uint16Array(n) : new Uint8Array(n);
  for (const mask of near ? gone : []) {
    for (let i = 0; i < n; i++) {
      counts[i]! -= 1 - mask[i]!;
    }
  }
  for (const mask of near ? fresh : masks) {
    for (let i = 0; i < n; i++) {
      counts[i]! += 1 - mask[i]!;
    }
  }
  return { counts, masks };
}

/** Passes the cells that miss no mask. */
export function maskOfNone({ counts }: Missed): Uint8Array {
  const mask = new Uint8Array(counts.length);
  for (let i = 0; i < mask.length; i++) {
    mask[i] = counts[i] === 0 ? 1 : 0;
  }
  return mask;
}

/** How many cells miss each of the masks, and no other. */
export function missedAlone({ counts, masks }: Missed): number[] {
  const alone = masks.map(() => 0);
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] === 1) {
      let which = 0;
      while (masks[which]![i] === 1) {
        which++;
      }
      alone[which]!++;
    }
  }
  return alone;
}

/** How many cells pass; null stands for a mask that all pass. */
export function countMask(mask: Uint8Array | null, n: number): number {
  if (mask === null) {
    return n;
  }
  let count = 0;
  for (let i = 0; i < mask.length; i++) {
    count += mask[i]!;
  }
  return count;
}

/**
 * How often each code stands among the cells that pass all masks but one.
 *
 * @param missed - null where there is no mask
 * @param except - the mask that does not count, one of them; null where all do
 * @returns a count a category, and that of missing values at the end
 */
export function countCodesOfOthers(
  codes: ArrayLike<number>,
  categories: number,
  missed: Missed | null,
  except: Uint8Array | null
): Uint32Array {
  const counts = new Uint32Array(categories + 1);
  for (let i = 0; i < codes.length; i++) {
    const others = missed === null ? 0 : missed.counts[i]! - (except?.[i] === 0 ? 1 : 0);
    if (others === 0) {
      const code = codes[i]!;
      counts[code < categories ? code : categories]!++;
    }
  }
  return counts;
}

/** How many of the cells that pass all masks but one have no finite value; as `countCodesOfOthers`. */
export function countNoNumberOfOthers(
  values: Float32Array,
  missed: Missed | null,
  except: Uint8Array | null
): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]!)) {
      const others = missed === null ? 0 : missed.counts[i]! - (except?.[i] === 0 ? 1 : 0);
      count += others === 0 ? 1 : 0;
    }
  }
  return count;
}
