/** A worker that packs and unpacks what it is sent, one thing after the other. */
import { pack, type Packed, type Packing } from './packing';

/** The worker's own global, of which the page's types know nothing. */
interface Port {
  onmessage: ((event: MessageEvent<Packing>) => void) | null;
  postMessage(answer: Packed | null, transfer: readonly Transferable[]): void;
}

const port = globalThis as unknown as Port;

port.onmessage = ({ data }) => {
  void pack(data)
    // As where there is no memory for it: the page does it itself.
    .catch(() => null)
    .then(answer => {
      port.postMessage(answer, answer !== null && 'bytes' in answer ? [answer.bytes.buffer] : []);
    });
};
