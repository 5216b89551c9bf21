import { spawn } from 'node:child_process';
import { root } from './server.ts';

/** Runs a program of a suite in the repository's root, shows all it says, and returns its exit code. */
export function show(file: string, args: readonly string[], env: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
