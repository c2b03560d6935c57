/* What a browser takes for the bytes of a session alone: fetched, inflated, gzipped, posted. */

const MAGIC = 'CELLUCID_SESSION\n'.length;

/** Runs in the worker: its text is all that gets there. */
function work() {
  onmessage = async ({ data: { bytes, stream } }) => {
    const through = stream === 'gzip' ? new CompressionStream(stream) : new DecompressionStream('gzip');
    const made = new Blob([bytes]).stream().pipeThrough(through);
    const buffer = await new Response(made).arrayBuffer();
    postMessage(buffer, [buffer]);
  };
}

const address = URL.createObjectURL(new Blob([`(${work})()`], { type: 'text/javascript' }));
const workers = [new Worker(address), new Worker(address)];

const ask = (worker, message) =>
  new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(new Uint8Array(data));
    worker.postMessage(message, [message.bytes.buffer]);
  });

/** All of them through one kind of stream, by both workers. */
async function through(stream, all) {
  const made = [];
  let next = 0;
  await Promise.all(
    workers.map(async (worker) => {
      while (next < all.length) {
        const at = next++;
        made[at] = await ask(worker, { bytes: all[at].slice(), stream });
      }
    }),
  );
  return made;
}

/** The stored bytes of each chunk. */
function chunksOf(bytes) {
  const view = new DataView(bytes.buffer);
  const chunks = [];
  let at = MAGIC + 4 + view.getUint32(MAGIC, true);
  while (at < bytes.length) {
    const length = view.getUint32(at, true);
    chunks.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return chunks;
}

/** Milliseconds of each, for the session at an address. */
window.floor = async (name) => {
  await through('gzip', [new Uint8Array(1000), new Uint8Array(1000)]);
  const begin = performance.now();
  const bytes = new Uint8Array(await (await fetch(name)).arrayBuffer());
  const fetched = performance.now();
  const chunks = await through('gunzip', chunksOf(bytes));
  const inflated = performance.now();
  await through('gzip', chunks);
  const zipped = performance.now();
  await fetch('session', { method: 'POST', body: new Blob([bytes]) });
  const posted = performance.now();
  return {
    fetched: fetched - begin,
    inflated: inflated - fetched,
    zipped: zipped - inflated,
    posted: posted - zipped,
  };
};
