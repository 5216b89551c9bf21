import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RuntimeName } from '../config/config.ts';
import { makeFolder } from '../process/make-folder.ts';

const recordFile = (home: string): string => join(home, 'runtime.json');

/** The runtime that the first `up` of this home recorded, or null. */
export function recordedRuntime(home: string): RuntimeName | null {
  try {
    return (JSON.parse(readFileSync(recordFile(home), 'utf8')) as { runtime: RuntimeName }).runtime;
  } catch {
    return null;
  }
}

export function recordRuntime(home: string, runtime: RuntimeName): void {
  makeFolder(home);
  writeFileSync(recordFile(home), `${JSON.stringify({ runtime })}\n`, { mode: 0o600 });
}

/** What was asked for (flag, environment, `.env`), else what the first `up` recorded, else native. */
export function chooseRuntime(asked: RuntimeName | null, recorded: RuntimeName | null): RuntimeName {
  return asked ?? recorded ?? 'native';
}
