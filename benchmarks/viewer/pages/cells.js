/* The points of the page's address: `?n=` cells at `size=` in a canvas of `width=` by `height=`. */

/** Everything a page draws: places in [-1, 1], a category and a colour a cell, and the canvas. */
export async function cells() {
  const asked = Object.fromEntries(
    [...new URLSearchParams(location.search)].map(([key, value]) => [key, Number(value)]),
  );
  const read = async (name) => {
    const answer = await fetch(`${asked.n}.${name}`);
    if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
    return answer.arrayBuffer();
  };
  const points = new Float32Array(await read('points'));
  const codes = new Uint8Array(await read('codes'));
  const count = codes.length;
  const colors = new Uint8Array(4 * count);
  const palette = COLORS.map((color) => parseInt(color.slice(1), 16));
  for (let i = 0; i < count; i++) {
    const color = palette[codes[i] % palette.length];
    colors[4 * i] = color >> 16;
    colors[4 * i + 1] = (color >> 8) & 255;
    colors[4 * i + 2] = color & 255;
    colors[4 * i + 3] = 255;
  }
  const canvas = document.createElement('canvas');
  canvas.width = asked.width;
  canvas.height = asked.height;
  document.body.style.margin = '0';
  document.body.append(canvas);
  return { canvas, points, codes, colors, count, ...asked };
}

export const COLORS = [
  ...['#1f77b4', '#ff7f0e', '#2ca02c', '#d62728', '#9467bd'],
  ...['#8c564b', '#e377c2', '#7f7f7f', '#bcbd22', '#17becf'],
];
