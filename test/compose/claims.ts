import { deepStrictEqual } from 'node:assert/strict';

/** @throws with both sides where `actual` is not what was expected. */
export const same = (actual: unknown, expected: unknown, what?: string): void =>
  deepStrictEqual(actual, expected, what === undefined ? undefined : `${what}: ${JSON.stringify(actual)}`);

/** As `same`, for the named fields alone; a pattern is looked for in a text. */
export function has(actual: unknown, part: Record<string, unknown>): void {
  const fields = (actual ?? {}) as Record<string, unknown>;
  for (const [name, expected] of Object.entries(part)) {
    if (expected instanceof RegExp)
      holds(expected.test(String(fields[name])), `${name} is ${String(fields[name])}`);
    else same(fields[name], expected, name);
  }
}

export function holds(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise);
}
