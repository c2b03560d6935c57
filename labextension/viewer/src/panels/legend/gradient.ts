/** Colours at equal steps as a CSS image, from left to right. */
export function gradient(colors: readonly string[]): string {
  return `linear-gradient(to right, ${colors.join(', ')})`;
}
