/**
 * Readers for JSON from strangers: each checks a value and says with its path what was wrong.
 * They build new values from own keys only, and every length has a limit.
 */

export class CheckError extends Error {
  constructor(path: string, expected: string) {
    super(`${path || 'value'}: expected ${expected}`);
    this.name = 'CheckError';
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function object(value: unknown, path: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CheckError(path, 'an object');
  }
  return value as JsonObject;
}

/** An own property, or undefined: `toString` of a prototype is not data. */
export function own(value: JsonObject, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

export function text(value: unknown, path: string, limit = 1000): string {
  if (typeof value !== 'string' || value.length > limit) {
    throw new CheckError(path, `a string of at most ${limit} characters`);
  }
  return value;
}

export function number(value: unknown, path: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new CheckError(path, 'a finite number');
  }
  return value;
}

export function integer(value: unknown, path: string, low = 0, high = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < low || value > high) {
    throw new CheckError(path, `a whole number from ${low} to ${high}`);
  }
  return value;
}

export function boolean(value: unknown, path: string): boolean {
  if (typeof value !== 'boolean') {
    throw new CheckError(path, 'true or false');
  }
  return value;
}

export function list<T>(
  value: unknown,
  path: string,
  item: (value: unknown, path: string) => T,
  limit = 1_000_000
): T[] {
  if (!Array.isArray(value) || value.length > limit) {
    throw new CheckError(path, `a list of at most ${limit} entries`);
  }
  return value.map((entry: unknown, i) => item(entry, `${path}[${i}]`));
}

export function oneOf<T extends string | number>(
  value: unknown,
  path: string,
  choices: readonly T[]
): T {
  const found = choices.find(choice => choice === value);
  if (found === undefined) {
    throw new CheckError(path, `one of ${choices.join(', ')}`);
  }
  return found;
}

/** Any JSON, built anew, not nested deeper than `depth`. */
export function json(value: unknown, path: string, depth = 12): unknown {
  if (value === null || typeof value === 'boolean') {
    return value;
  }
  if (typeof value === 'number') {
    return number(value, path);
  }
  if (typeof value === 'string') {
    return text(value, path, 100_000);
  }
  if (depth === 0) {
    throw new CheckError(path, 'less nesting');
  }
  if (Array.isArray(value)) {
    return list(value, path, (entry, at) => json(entry, at, depth - 1));
  }
  return Object.fromEntries(
    Object.entries(object(value, path)).map(([key, entry]) => [
      text(key, `a key of ${path}`, 200),
      json(entry, `${path}.${key}`, depth - 1)
    ])
  );
}

/** Undefined and null pass as null; anything else is read. */
export function optional<T>(
  value: unknown,
  path: string,
  read: (value: unknown, path: string) => T
): T | null {
  return value === undefined || value === null ? null : read(value, path);
}
