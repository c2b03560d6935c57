/** What the server tells of a session file; all texts in it may be a stranger's. */
export interface SessionFile {
  /** Of the whole file. */
  readonly bytes: number;
  readonly createdAt: string | null;
  readonly writer: { readonly name: string | null; readonly version: string | null } | null;
  readonly dataset: {
    readonly id: string | null;
    readonly nCells: number | null;
    readonly nVars: number | null;
  };
  readonly hasNames: boolean;
  readonly nChunks: number;
  readonly chunks: readonly { readonly id: string; readonly storedBytes: number }[];
  readonly nPages: number;
  readonly pages: readonly Page[];
  readonly nFields: number;
  readonly fields: readonly Field[];
  /** What of it could not be read, and why. */
  readonly unread: readonly string[];
  readonly datasets: readonly Dataset[];
  readonly viewers: readonly Viewer[];
}

export interface Page {
  readonly name: string;
  readonly nGroups: number;
  readonly groups: readonly {
    readonly label: string;
    readonly type: string;
    readonly nCells: number;
  }[];
}

export interface Field {
  readonly key: string;
  readonly kind: 'category' | 'continuous';
  readonly nCategories: number;
  readonly deleted: boolean;
}

/** A dataset on the server's disk. */
export interface Dataset {
  /** Below the server's root. */
  readonly path: string;
  readonly name: string;
  /** False where only its name tells that it may be that of the session. */
  readonly certain: boolean;
}

/** A viewer that a notebook shows. */
export interface Viewer {
  readonly viewerId: string;
  readonly title: string;
}

const LISTS = ['chunks', 'pages', 'fields', 'unread', 'datasets', 'viewers'];

/** Whether an answer is a description: not of a server that is older or newer than this. */
export function isSessionFile(answer: object): answer is SessionFile {
  const lists = answer as Readonly<Record<string, unknown>>;
  return typeof lists['dataset'] === 'object' && LISTS.every(name => Array.isArray(lists[name]));
}

/** A path as it stands in an address. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
