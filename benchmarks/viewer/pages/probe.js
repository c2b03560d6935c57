/*
 * Put into every page before its own code: times what the page draws, without its help.
 *
 * A frame is all that the page does in the animation callbacks of one time stamp, if it draws
 * there, or what it draws at once elsewhere; the probe then reads one pixel (or, with WebGPU, waits
 * for the queue), so that a frame ends when it is finished and not when it is asked for.
 */
(() => {
  const frames = [];
  const marks = {};
  /**
   * Milliseconds of each move of a drag: its listeners, and frames until the next one; `script` is
   * that without the drawing.
   */
  const moves = [];
  let moving = null;
  const nothing = () => ({ vertices: 0, calls: 0, uploadedBytes: 0, gl: null, queue: null });
  let drawing = nothing();
  let main = null;
  /** Null outside of animation callbacks; then a drawing of its own begins with the first call. */
  let inside = null;
  let quiet = 0;

  const wrap = (prototype, name, note) => {
    const original = prototype[name];
    prototype[name] = function (...given) {
      note(this, given);
      return original.apply(this, given);
    };
  };
  const draws = (vertices) => (gl, given) => {
    const count = vertices(given);
    if (inside === null && drawing.gl === null) {
      const begin = performance.now();
      queueMicrotask(() => finished(begin, begin));
    }
    drawing.gl = gl;
    drawing.calls++;
    drawing.vertices += count;
    if (main === null || main.gl !== gl || count >= main.count) {
      main = { gl, count, program: gl.getParameter(gl.CURRENT_PROGRAM) };
    }
  };
  const uploads = (gl, given) => {
    const bytes = given.find((one) => ArrayBuffer.isView(one) || one instanceof ArrayBuffer);
    drawing.uploadedBytes += bytes?.byteLength ?? 0;
  };
  for (const { prototype } of [WebGLRenderingContext, WebGL2RenderingContext]) {
    wrap(prototype, 'drawArrays', draws(([, , count]) => count));
    wrap(prototype, 'drawElements', draws(([, count]) => count));
    wrap(prototype, 'bufferData', uploads);
    wrap(prototype, 'bufferSubData', uploads);
  }
  const { prototype } = WebGL2RenderingContext;
  wrap(prototype, 'drawArraysInstanced', draws(([, , count, times]) => count * times));
  wrap(prototype, 'drawElementsInstanced', draws(([, count, , , times]) => count * times));

  if (window.GPUQueue) {
    wrap(GPUQueue.prototype, 'submit', (queue) => (drawing.queue = queue));
    wrap(GPURenderPassEncoder.prototype, 'draw', (_, [count, times = 1]) => {
      drawing.calls++;
      drawing.vertices += count * times;
    });
  }

  const pixel = new Uint8Array(4);
  const finish = (gl) => {
    const bound = gl.getParameter(gl.FRAMEBUFFER_BINDING);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    gl.bindFramebuffer(gl.FRAMEBUFFER, bound);
  };

  const request = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) =>
    request((stamp) => {
      const begin = performance.now();
      inside = stamp;
      drawing = nothing();
      try {
        callback(stamp);
      } finally {
        finished(stamp, begin);
        inside = null;
      }
    });
  const finished = (stamp, begin) => {
    const asked = performance.now() - begin;
    const { gl, queue, ...drawn } = drawing;
    drawing = nothing();
    if (gl !== null) finish(gl);
    const end = performance.now();
    if (moving !== null) {
      moving.took += end - begin;
      moving.script += asked;
    }
    if (gl !== null) note({ stamp, begin, end, asked, ...drawn });
    queue?.onSubmittedWorkDone().then(() => {
      note({ stamp, begin, end: performance.now(), asked, ...drawn });
    });
  };
  /** Callbacks of one stamp are one frame. */
  const note = (part) => {
    const took = part.end - part.begin;
    const last = frames.at(-1);
    quiet = 0;
    if (last?.stamp !== part.stamp) {
      frames.push({ ...part, took });
      return;
    }
    last.end = part.end;
    last.took += took;
    for (const what of ['asked', 'vertices', 'calls', 'uploadedBytes']) last[what] += part[what];
  };

  const tick = () => {
    quiet++;
    request(tick);
  };
  request(tick);

  for (const type of ['pointerup', 'click', 'keydown']) {
    window.addEventListener(type, () => (marks[type] = performance.now()), { capture: true });
  }
  // After the page's own listeners.
  window.addEventListener('pointerup', () => (marks.released = performance.now()));
  // What follows a gesture is not of its last move.
  window.addEventListener('pointerup', () => (moving = null), { capture: true });
  let moved = 0;
  window.addEventListener('pointermove', () => (moved = performance.now()), { capture: true });
  window.addEventListener('pointermove', ({ buttons }) => {
    const script = performance.now() - moved;
    moving = buttons === 0 ? null : { took: script, script };
    if (moving !== null) moves.push(moving);
  });

  /** Note under `name` whenever the text of a part of the page is another one. */
  const watch = (selector, name) => {
    const read = () => document.querySelector(selector)?.textContent ?? '';
    let before = read();
    new MutationObserver(() => {
      const now = read();
      if (now !== before) marks[name] = performance.now();
      before = now;
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  };

  const errors = [];
  const complain = console.error.bind(console);
  console.error = (...words) => {
    errors.push(words.join(' '));
    complain(...words);
  };
  window.addEventListener('error', ({ message }) => errors.push(message));
  window.addEventListener('unhandledrejection', ({ reason }) => errors.push(String(reason)));

  class Listened extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', ({ data }) => {
        const isAsked = typeof data === 'string' && data.includes('requestSessionBundle');
        if (isAsked) marks.asked = performance.now();
      });
    }
  }
  window.WebSocket = Listened;
  const fetches = window.fetch.bind(window);
  window.fetch = (address, options) => {
    const isSession = String(address?.url ?? address).includes('session_bundle');
    if (isSession) marks.built ??= performance.now();
    return fetches(address, options);
  };

  window.probe = {
    frames,
    marks,
    moves,
    watch,
    forget: () => Object.keys(marks).forEach((name) => delete marks[name]),
    errors,
    /** Whether a frame of so many vertices came after `since` frames, and no other follows. */
    settled: (since, vertices = 0) =>
      frames.length > since && frames.at(-1).vertices >= vertices && quiet > 3,
    /** Whether it never will, since something failed. */
    failed: () => frames.length === 0 && errors.length > 0,
    /** Diameter in device pixels of what was drawn most of. */
    pointSize: () => {
      const { gl, program } = main;
      for (let i = 0; i < gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS); i++) {
        const { name, type } = gl.getActiveUniform(program, i);
        if (type === gl.FLOAT && /size/i.test(name)) {
          return gl.getUniform(program, gl.getUniformLocation(program, name));
        }
      }
      return null;
    },
  };
})();
