/** What is said of sessions that come with a dataset, and of a dataset that goes with a session. */
import { count, size } from './numbers';

export const sharing = {
  snapshotShown: (name: string, left: string | null) =>
    `This is “${name}”, the session the dataset opens with.${left === null ? '' : ` ${left}`}`,
  snapshotNotShown: (name: string, why: string) =>
    `The dataset opens with “${name}”, which could not be shown: ${why}`,
  snapshotWaits: (name: string) =>
    `The dataset opens with the session “${name}”. It was not shown since you had begun by then.`,
  showSnapshot: 'Show it',
  tooLargeList: (bytes: number, limit: number) =>
    `it has ${count(bytes)} bytes; at most ${count(limit)} are read`,

  shareItem: 'Share…',
  shareTitle: 'Share data and session',
  shareWhat: (name: string) =>
    `One zip: the data as this viewer reads them, and the session. Wherever it is unpacked, show("${name}") opens them as they are here.`,
  shareParts: 'What goes along',
  sharePart: (part: string, bytes: number | null) =>
    bytes === null ? part : `${part}: ${size(bytes)}`,
  sharePoints: (dimensions: readonly number[]) =>
    `The embedding in ${dimensions.map(d => `${d}D`).join(', ')}`,
  shareObs: (columns: number) =>
    columns === 1 ? '1 obs column' : `${count(columns)} obs columns`,
  shareGraph: 'The graph of neighbours',
  shareGenes: 'Genes',
  genesUsed: (genes: number, bytes: number) =>
    genes === 0
      ? 'None: no view shows or filters by one'
      : `${count(genes)} that views show or filter by: ${size(bytes)}`,
  genesAll: (genes: number, bytes: number) => `All ${count(genes)}: ${size(bytes)}`,
  shareTotal: (bytes: number) => `${size(bytes)}, and less once it is packed`,
  shareTooLarge: (bytes: number, most: number) =>
    `That is ${size(bytes)}, and a browser takes ${size(most)}. Let fewer genes go along, or run: jupyter cellucid share`,
  shareData: 'And the data above: their values, and what columns, categories and genes are called.',
  shareNow: 'Share',
  shareDone: (share: number) => `Putting it together: ${Math.floor(share * 100)} %`,
  notShared: (why: string) => `Nothing was shared. ${why}`,
  sharedAs: (name: string) => `“${name}” was handed to the browser as a download.`,
  fewerGenes: (along: number, of: number) =>
    `${count(along)} of ${count(of)} genes went along when it was shared`,
  noVectors: 'the vector fields did not go along when it was shared'
} as const;
