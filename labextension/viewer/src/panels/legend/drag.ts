/** Tells the drags of sliders apart, each of which is one step of undo. */
let last = 0;

export function newDrag(): string {
  return String(++last);
}
