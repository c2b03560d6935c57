import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';

/** Other drives are not on this server's disk; this one is, edited together. */
const SAME_DISK = /^RTC:/;

/**
 * The folder of the document that a resolver belongs to, below the server's root; empty for the root
 * itself, and where there is no such folder.
 */
export async function folderOf(resolver: IRenderMime.IResolver | null): Promise<string> {
  const beside = await resolver?.resolveUrl('x');
  if (beside === undefined) {
    return '';
  }
  const path = decodeURIComponent(beside).replace(SAME_DISK, '');
  return path.includes(':') ? '' : path.split('/').slice(0, -1).join('/').replace(/^\//, '');
}
