/** Numbers as a person reads them. */
const number = new Intl.NumberFormat('en-US');
const short = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 });

export function count(value: number): string {
  return number.format(value);
}

/** How large a file is, on one line. */
export function size(bytes: number): string {
  return bytes < 1e6
    ? `${count(Math.ceil(bytes / 1000))}\u00a0kB`
    : `${short.format(bytes / 1e6)}\u00a0MB`;
}

/** A value of a column in few characters: what stands at the ends of a colour bar. */
export function measure(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e6)) {
    return value.toExponential(1);
  }
  return short.format(value);
}

/** A value of a column with all digits that it has, and no more. */
export function exact(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    // Columns hold numbers of 32 bits.
    if (Math.fround(shorter) === Math.fround(value)) {
      return String(shorter);
    }
  }
  return String(value);
}
