import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { root } from './server.ts';

/** Thrown by what a signal ended. */
export class Ended extends Error {
  readonly exitCode: number;

  constructor(signal: keyof typeof constants.signals) {
    super(`ended by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

// The first signal ends the program under way, so that engines can be stopped after it; a second one ends this process.
const asked = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => asked.abort(new Ended(signal)));

/** Runs a program of a suite in the repository's root, shows all it says, and returns its exit code. @throws Ended */
export function show(file: string, args: readonly string[], env: Record<string, string>): Promise<number> {
  asked.signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
      signal: asked.signal,
    });
    child.once('error', (error) => {
      if (!asked.signal.aborted) reject(error);
    });
    child.once('close', (code) => (asked.signal.aborted ? reject(asked.signal.reason) : resolve(code ?? 1)));
  });
}
