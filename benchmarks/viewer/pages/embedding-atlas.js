/* The engine of embedding-atlas, as it stands but for its points, their size and colours. */
import { EmbeddingView } from './node_modules/embedding-atlas/dist/component.js';
import { cells, COLORS } from './cells.js';

const { canvas, points, codes, size, count } = await cells();
const place = document.createElement('div');
canvas.replaceWith(place);
const x = new Float32Array(count);
const y = new Float32Array(count);
for (let i = 0; i < count; i++) {
  x[i] = points[2 * i];
  y[i] = points[2 * i + 1];
}
const begin = performance.now();
new EmbeddingView(place, {
  data: { x, y, category: codes },
  categoryColors: COLORS,
  width: canvas.width,
  height: canvas.height,
  pixelRatio: 1,
  config: { pointSize: size, mode: 'points', autoLabelEnabled: false },
});
window.took = performance.now() - begin;
