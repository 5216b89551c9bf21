import { spawn } from 'node:child_process';
import { root } from './server.ts';

/** Runs a program of a suite in the repository's root, shows all it says, and returns its exit code. */
export type Show = (file: string, args: readonly string[], env: Record<string, string>) => Promise<number>;

/** @param output where programs write: this process's own streams, or an open file. */
export const showOn =
  (output: 'inherit' | number): Show =>
  (file, args, env) =>
    new Promise((resolve, reject) => {
      const child = spawn(file, args, {
        cwd: root,
        stdio: ['ignore', output, output],
        env: { ...process.env, ...env },
      });
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? 1));
    });
