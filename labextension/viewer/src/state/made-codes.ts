/** Codes of a made field, as they come out of a file. */
import { CheckError } from '../base/check';
import { missingOf, regroup, type SmallCodes } from '../cells/regroup';
import type { MadeField } from './types';

/**
 * A field of categories with its codes, in the fewest bytes. The array it has before is as wide as
 * the file says: the largest code of that width means that a cell has no category, unless such
 * cells have a label.
 */
export function fitCodes(field: MadeField, codes: SmallCodes): MadeField {
  const { made, extra } = field;
  if (made.kind !== 'category') {
    return field;
  }
  const size = made.categories.length;
  const table = Array.from({ length: size }, (_, i) => i);
  const none = missingOf(made.codes);
  if (typeof extra['uncoveredLabel'] !== 'string' && none < size) {
    table[none] = -1;
  }
  return { ...field, made: { ...made, codes: regroup(codes, table, size) } };
}

/**
 * A field of categories with codes that were handed over as they are.
 *
 * @throws CheckError where they are not one a cell, as wide as they were.
 */
export function checkCodes(field: MadeField, codes: unknown, nCells: number): MadeField {
  const { made } = field;
  if (made.kind !== 'category') {
    return field;
  }
  const known = codes instanceof Uint8Array || codes instanceof Uint16Array ? codes : null;
  if (known?.length !== nCells || known.BYTES_PER_ELEMENT !== made.codes.BYTES_PER_ELEMENT) {
    throw new CheckError(`fields.codes.${field.id}`, `${nCells} codes`);
  }
  return { ...field, made: { ...made, codes: known } };
}
