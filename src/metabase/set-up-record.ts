import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const file = (home: string): string => join(home, 'metabase', 'set-up.json');

/** Remembers which instances this home has set up, so that a refused log-in can be told from a foreign instance. */
export function recordSetUp(home: string, instance: string | null): void {
  if (instance === null) return;
  mkdirSync(join(home, 'metabase'), { recursive: true, mode: 0o700 });
  writeFileSync(file(home), `${JSON.stringify([...recorded(home), instance])}\n`, { mode: 0o600 });
}

export const isSetUpHere = (home: string, instance: string | null): boolean =>
  instance !== null && recorded(home).includes(instance);

function recorded(home: string): string[] {
  try {
    return JSON.parse(readFileSync(file(home), 'utf8')) as string[];
  } catch {
    return [];
  }
}
