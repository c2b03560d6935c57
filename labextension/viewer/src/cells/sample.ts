/** Some of many rows, by chance but always the same ones. */

/** As many are drawn at once. */
const LEAST = 10_000;

/** `size` of the rows below `count`, ascending; all of them where there are no more. */
export function sampleRows(count: number, size: number): Uint32Array {
  const rows = new Uint32Array(Math.min(size, count));
  let random = 0x9e3779b9;
  for (let row = 0, taken = 0; taken < rows.length; row++) {
    // A full-period generator modulo 2³²: its upper bits are as good as chance here.
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    if ((random / 2 ** 32) * (count - row) < rows.length - taken) {
      rows[taken++] = row;
    }
  }
  return rows;
}

/** This share of the rows given, and never so few of them that a small set is not seen. */
export function sampleOf(rows: Uint32Array, share: number): Uint32Array {
  const size = Math.max(Math.ceil(rows.length * share), LEAST);
  if (size >= rows.length) {
    return rows;
  }
  const taken = sampleRows(rows.length, size);
  for (let i = 0; i < taken.length; i++) taken[i] = rows[taken[i]!]!;
  return taken;
}
