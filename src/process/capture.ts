import { spawn } from 'node:child_process';

export interface CaptureOptions {
  env?: Readonly<Record<string, string | undefined>>;
  cwd?: string;
  signal?: AbortSignal;
  /** Each line of either stream as it comes. */
  onLine?: (line: string) => void;
}

export interface Captured {
  code: number | null;
  /** Both streams, as they came. */
  output: string;
}

/** Runs a program to its end. @throws what spawn throws where it cannot be started (ENOENT …). */
export function capture(
  file: string,
  args: readonly string[],
  options: CaptureOptions = {},
): Promise<Captured> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.env ? { env: { ...process.env, ...options.env } } : {}),
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    let output = '';
    const take = (chunk: string): void => {
      output += chunk;
      if (options.onLine) for (const line of chunk.split('\n')) if (line.trim()) options.onLine(line.trim());
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
