/* The floor: the same points in the same colours and size, drawn by WebGL and nothing else. */
import { cells } from './cells.js';

const VERTEX = `#version 300 es
uniform vec2 scale;
uniform float size;
uniform float shift;
in vec2 position;
in vec4 color;
out vec4 paint;
void main() {
  paint = color;
  gl_Position = vec4(position.x * scale.x + shift, position.y * scale.y, 0.0, 1.0);
  gl_PointSize = size;
}`;
const FRAGMENT = `#version 300 es
precision mediump float;
in vec4 paint;
out vec4 pixel;
void main() {
  pixel = paint;
}`;

const { canvas, points, colors, size, count } = await cells();
const gl = canvas.getContext('webgl2', { antialias: false });
const program = gl.createProgram();
for (const [type, source] of [
  [gl.VERTEX_SHADER, VERTEX],
  [gl.FRAGMENT_SHADER, FRAGMENT],
]) {
  const shader = gl.createShader(type);
  gl.shaderSource(shader, source);
  gl.compileShader(shader);
  gl.attachShader(program, shader);
}
gl.linkProgram(program);
gl.useProgram(program);
gl.uniform1f(gl.getUniformLocation(program, 'size'), size);
gl.viewport(0, 0, canvas.width, canvas.height);

const pixel = new Uint8Array(4);
const finish = () => gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
let buffers = [];
function upload() {
  buffers.forEach((buffer) => gl.deleteBuffer(buffer));
  buffers = [
    ['position', 2, gl.FLOAT, points],
    ['color', 4, gl.UNSIGNED_BYTE, colors],
  ].map(([name, width, type, data]) => {
    const buffer = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
    const place = gl.getAttribLocation(program, name);
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, width, type, type !== gl.FLOAT, 0, 0);
    return buffer;
  });
}
let shift = 0;
function draw(cells) {
  const side = Math.min(canvas.width, canvas.height) / 1.08;
  const scale = gl.getUniformLocation(program, 'scale');
  gl.uniform2f(scale, side / canvas.width, side / canvas.height);
  gl.uniform1f(gl.getUniformLocation(program, 'shift'), shift);
  gl.clear(gl.COLOR_BUFFER_BIT);
  gl.drawArrays(gl.POINTS, 0, cells);
}

/** Milliseconds until points that are in memory are on the screen. */
window.first = () => {
  const begin = performance.now();
  upload();
  draw(count);
  finish();
  return performance.now() - begin;
};
upload();
draw(1);
finish();
canvas.addEventListener('pointermove', ({ buttons, movementX }) => {
  if (buttons === 0) return;
  shift += (2 * movementX) / canvas.width;
  requestAnimationFrame(() => draw(count));
});
requestAnimationFrame(() => draw(count));
