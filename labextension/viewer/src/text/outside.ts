/** What is said of the server, the kernel, the dataset's files and sessions. */
import { count } from './numbers';

const LOGIN = 'The login has expired: reload the notebook and log in again.';
const KERNEL = 'The kernel that has the data is gone: run the cell again.';

export const outside = {
  loginExpired: LOGIN,
  viewerGone: 'The viewer’s kernel is gone: run the cell again.',
  channelClosed: (code: number, reason: string) =>
    `The server closed this viewer (${code} ${reason}): run the cell again.`,
  runAgain: 'Run the cell again.',
  kernelGone: {
    restarted: 'The kernel was restarted: run the cell again.',
    shutdown: 'The kernel was shut down: run the cell again.',
    died: 'The kernel died: run the cell again.',
    closed: 'The viewer was stopped in the notebook: run the cell again.',
    expired: 'The viewer was left alone for too long: run the cell again.',
    disconnected: 'The kernel is not connected. If this stays, run the cell again.'
  } as Readonly<Record<string, string>>,
  notTold: (why: string) => `Python could not be told: ${why}`,
  lostForLong: 'the connection has been lost for too long.',

  /** By the short code of a server's refusal. */
  refusals: {
    'kernel-gone': KERNEL,
    'kernel-timeout': 'The kernel did not answer in time: is it busy? Try again.',
    'not-authenticated': LOGIN,
    'no-such-viewer': KERNEL
  } as Readonly<Record<string, string>>,
  htmlAnswer:
    'A login page or a proxy answered instead of the Jupyter server: reload the notebook and log in again.',
  noAnswer: (seconds: number) =>
    `The Jupyter server did not answer within ${seconds} s: try again.`,
  unreachable: 'The Jupyter server can’t be reached: is it running, and are you connected?',
  tooLargeForProxy:
    'A proxy before the Jupyter server refused this as too large (413): its limit must be raised, or CellucidExtension.part_bytes of the Jupyter server set below it.',
  proxyWaited: (status: number) =>
    `A proxy before the Jupyter server got no answer from it (${status}): try again.`,
  answered: (status: number) => `The Jupyter server answered ${status}.`,
  sessionTooLarge: (bytes: number, most: number) =>
    `The session has ${count(bytes)} bytes, and the server takes ${count(most)} at most: its administrator can raise CellucidExtension.max_upload_bytes.`,
  noSuchColumn: (key: string) => `This dataset has no obs column “${key}”.`,
  noSuchGene: (key: string) => `This dataset has no gene “${key}”.`,
  noSuchOutliers: (key: string) => `“${key}” has no outliers in this dataset.`,
  otherCells: (before: number, now: number) =>
    `The notebook’s data have other cells now (${count(before)} before, ${count(now)} now), so this viewer keeps what it has: show them again.`,

  notTakenOver: (why: string) => `What the viewer showed before could not be taken over: ${why}`
} as const;
