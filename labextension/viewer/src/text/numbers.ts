/** Numbers as a person reads them. */
const number = new Intl.NumberFormat('en-US');

export function count(value: number): string {
  return number.format(value);
}

/** A value of a column in few characters: what stands at the ends of a colour bar. */
export function measure(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e6)) {
    return value.toExponential(1);
  }
  return number.format(Number(value.toPrecision(4)));
}
