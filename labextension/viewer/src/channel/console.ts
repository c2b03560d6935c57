/** Errors and warnings of the page's console, kept and told to Python: few, short, none twice in a row. */

export interface ConsoleLine {
  readonly level: 'warning' | 'error';
  readonly message: string;
  /** Milliseconds since 1970. */
  readonly ts: number;
}

const KEPT = 20;
const LENGTH = 1000;

/** What `window` gives: where errors that nobody caught arrive. */
export type Errors = Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;
export type Console = Pick<typeof globalThis.console, 'warn' | 'error'>;

/**
 * Listen to a console.
 *
 * @returns the last lines, newest last, which go on to change; and what stops listening
 */
export function followConsole(
  console: Console,
  errors: Errors,
  tell: (line: ConsoleLine) => void
): { readonly lines: readonly ConsoleLine[]; readonly stop: () => void } {
  const lines: ConsoleLine[] = [];
  let telling = false;
  const note = (level: ConsoleLine['level'], said: readonly unknown[]): void => {
    const message = said.map(describe).join(' ').slice(0, LENGTH);
    // What telling itself says would be told for ever.
    if (telling || lines.at(-1)?.message === message) {
      return;
    }
    const line = { level, message, ts: Date.now() };
    lines.push(line);
    lines.splice(0, lines.length - KEPT);
    telling = true;
    try {
      tell(line);
    } finally {
      telling = false;
    }
  };
  const { warn, error } = console;
  console.warn = (...said: unknown[]): void => {
    warn.apply(console, said);
    note('warning', said);
  };
  console.error = (...said: unknown[]): void => {
    error.apply(console, said);
    note('error', said);
  };
  const thrown = (event: Event): void => {
    note('error', [(event as ErrorEvent).error ?? (event as ErrorEvent).message]);
  };
  const rejected = (event: Event): void => {
    note('error', [(event as PromiseRejectionEvent).reason]);
  };
  errors.addEventListener('error', thrown);
  errors.addEventListener('unhandledrejection', rejected);
  const stop = (): void => {
    Object.assign(console, { warn, error });
    errors.removeEventListener('error', thrown);
    errors.removeEventListener('unhandledrejection', rejected);
  };
  return { lines, stop };
}

function describe(value: unknown): string {
  if (value instanceof Error) {
    return `${value.name}: ${value.message}`;
  }
  try {
    return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  } catch {
    return String(value);
  }
}
