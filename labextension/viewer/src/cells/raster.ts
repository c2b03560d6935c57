/** Points drawn into the pixels of an image, denser places more opaque. */

export interface Frame {
  readonly width: number;
  readonly height: number;
  /** Values at the left and right edge, and at the bottom and top. */
  readonly x: readonly [low: number, high: number];
  readonly y: readonly [low: number, high: number];
}

/** Pixel places of all cells, x and y interleaved; NaN for a cell without both values. */
export function plot(x: Float32Array, y: Float32Array, frame: Frame): Float32Array {
  const places = new Float32Array(2 * x.length);
  const across = frame.width / (frame.x[1] - frame.x[0]);
  const upward = frame.height / (frame.y[1] - frame.y[0]);
  for (let i = 0; i < x.length; i++) {
    places[2 * i] = (x[i]! - frame.x[0]) * across;
    places[2 * i + 1] = (frame.y[1] - y[i]!) * upward;
  }
  return places;
}

/**
 * Draw cells as squares into an image's pixels, in their own colours; where several lie over each
 * other the last one's colour is seen, the more opaque the more there are.
 *
 * @param pixels - RGBA, which is drawn over
 * @param colors - RGBA a cell
 * @param visible - 1 a cell that is drawn; null for all
 * @param side - of a square, in pixels
 */
export function drawCells(
  pixels: Uint8ClampedArray,
  frame: Frame,
  places: Float32Array,
  colors: Uint8Array,
  visible: Uint8Array | null,
  side: number
): void {
  const { width, height } = frame;
  const counts = new Uint16Array(width * height);
  const back = side >> 1;
  for (let cell = 0; cell < places.length / 2; cell++) {
    const x = places[2 * cell]!;
    const y = places[2 * cell + 1]!;
    // Written so that NaN is left out.
    if (!(x >= 0 && x <= width && y >= 0 && y <= height) || (visible && visible[cell] === 0)) {
      continue;
    }
    const left = Math.min(Math.max(Math.floor(x) - back, 0), width - 1);
    const top = Math.min(Math.max(Math.floor(y) - back, 0), height - 1);
    for (let row = top; row < Math.min(top + side, height); row++) {
      for (let column = left; column < Math.min(left + side, width); column++) {
        const at = row * width + column;
        if (counts[at]! < 65535) counts[at]!++;
        pixels[4 * at] = colors[4 * cell]!;
        pixels[4 * at + 1] = colors[4 * cell + 1]!;
        pixels[4 * at + 2] = colors[4 * cell + 2]!;
      }
    }
  }
  for (let at = 0; at < counts.length; at++) {
    const count = counts[at]!;
    if (count > 0) {
      pixels[4 * at + 3] = 255 * (1 - 0.45 ** Math.min(count, 12));
    }
  }
}

/** Draw some cells again as squares of one colour, whatever lies there. */
export function drawMarked(
  pixels: Uint8ClampedArray,
  { width, height }: Frame,
  places: Float32Array,
  cells: Uint32Array,
  [red, green, blue]: readonly [number, number, number],
  side: number
): void {
  const back = side >> 1;
  for (const cell of cells) {
    const x = Math.floor(places[2 * cell]!) - back;
    const y = Math.floor(places[2 * cell + 1]!) - back;
    for (let row = Math.max(y, 0); row < Math.min(y + side, height); row++) {
      for (let column = Math.max(x, 0); column < Math.min(x + side, width); column++) {
        const at = 4 * (row * width + column);
        pixels[at] = red;
        pixels[at + 1] = green;
        pixels[at + 2] = blue;
        pixels[at + 3] = 255;
      }
    }
  }
}
