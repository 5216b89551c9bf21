import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RuntimeName } from '../config/config.ts';
import { makeFolder } from '../process/make-folder.ts';

interface Recorded {
  runtime: RuntimeName;
  /** Name of the compose project. */
  compose?: string;
}

const recordFile = (home: string): string => join(home, 'runtime.json');

function read(home: string): Recorded | null {
  try {
    return JSON.parse(readFileSync(recordFile(home), 'utf8')) as Recorded;
  } catch {
    return null;
  }
}

/** The runtime that the first `up` of this home recorded, or null. */
export const recordedRuntime = (home: string): RuntimeName | null => read(home)?.runtime ?? null;

/** The compose project that it was. */
export const recordedProject = (home: string): string | null => read(home)?.compose ?? null;

export function recordRuntime(home: string, recorded: Recorded): void {
  makeFolder(home);
  writeFileSync(recordFile(home), `${JSON.stringify(recorded)}\n`, { mode: 0o600 });
}

/** What was asked for (flag, environment, `.env`), else what the first `up` recorded, else compose where Docker answers, else native. */
export async function chooseRuntime(
  asked: RuntimeName | null,
  home: string,
  docker: () => Promise<boolean> = answers,
): Promise<RuntimeName> {
  return asked ?? recordedRuntime(home) ?? ((await docker()) ? 'compose' : 'native');
}

async function answers(): Promise<boolean> {
  const { dockerAnswers } = await import('./compose/docker.ts');
  return dockerAnswers();
}
