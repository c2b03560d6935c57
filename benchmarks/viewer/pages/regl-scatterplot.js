/* The engine of jupyter-scatter, as it stands but for its points, their size and colours. */
import createScatterplot from 'regl-scatterplot';
import { cells, COLORS } from './cells.js';

const { canvas, points, codes, size, count } = await cells();
const x = new Float32Array(count);
const y = new Float32Array(count);
for (let i = 0; i < count; i++) {
  x[i] = points[2 * i];
  y[i] = points[2 * i + 1];
}
const plot = createScatterplot({
  canvas,
  width: canvas.width,
  height: canvas.height,
  pointSize: size,
  opacity: 1,
  colorBy: 'category',
  pointColor: COLORS,
});
const begin = performance.now();
await plot.draw({ x, y, category: codes }, { zDataType: 'categorical' });
window.took = performance.now() - begin;
