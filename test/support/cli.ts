import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const bin = resolve(import.meta.dirname, '../../bin/shop-pipe.mjs');

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A folder of its own in which the built CLI runs: its `.env`, home, data and port are nobody else's. */
export class Sandbox {
  readonly folder = mkdtempSync(join(tmpdir(), 'shop-pipe-e2e-'));

  /** Starts the CLI in a process group of its own, with `input` piped to it, or none. */
  spawn(
    args: readonly string[],
    env: Record<string, string> = {},
    input?: string,
  ): { child: ChildProcess; finished: Promise<Finished> } {
    const child = spawn(bin, args, {
      cwd: this.folder,
      detached: true,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: cleanEnvironment(env),
    });
    child.stdin?.end(input);
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    const finished = new Promise<Finished>((resolvePromise, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolvePromise({ code, stdout, stderr }));
    });
    return { child, finished };
  }

  /** Runs it on a terminal of its own (by Python's pty), and types `lines` once it asks with `prompt`. */
  async onTerminal(
    args: readonly string[],
    env: Record<string, string>,
    prompt: string,
    lines: readonly string[],
  ): Promise<{ code: number | null; screen: string }> {
    const wrap = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';
    const child = spawn('python3', ['-c', wrap, process.execPath, bin, ...args], {
      cwd: this.folder,
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...cleanEnvironment(env), TERM: 'xterm' },
    });
    let screen = '';
    let typed = false;
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      screen += chunk;
      if (typed || !screen.includes(prompt)) return;
      typed = true;
      child.stdin.write(lines.map((line) => `${line}\r`).join(''));
    });
    const [code] = (await once(child, 'close')) as [number | null];
    const redrawing = new RegExp(String.raw`\x1b\[[\d;?]*[A-Za-z]|\r`, 'g');
    return { code, screen: screen.replaceAll(redrawing, '') };
  }

  run(args: readonly string[], env: Record<string, string> = {}): Promise<Finished> {
    return this.spawn(args, env).finished;
  }

  /** Runs with `--json` and parses the one document; fails where stdout is anything else. */
  async json<T = Record<string, unknown>>(
    args: readonly string[],
    env: Record<string, string> = {},
  ): Promise<{ code: number | null; data: T; stderr: string }> {
    const { code, stdout, stderr } = await this.run([...args, '--json'], env);
    try {
      return { code, data: JSON.parse(stdout) as T, stderr };
    } catch (error) {
      throw new Error(`not one JSON document (exit ${code}): ${stdout}\n${stderr}`, { cause: error });
    }
  }

  file(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  /** The values of `.env` that must never be seen anywhere. */
  secrets(): string[] {
    return [...this.file('.env').matchAll(/^[A-Z_]*(?:PASSWORD|SECRET|KEY)=(.+)$/gm)].map(
      (match) => match[1] ?? '',
    );
  }

  async remove(): Promise<void> {
    await this.run(['down', '--purge']).catch(() => undefined);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The caller's settings must not reach the CLI under test. */
function cleanEnvironment(extra: Record<string, string>): Record<string, string> {
  const own = /^(POSTGRES_|KAFKA_|AIRFLOW_|METABASE_|STREAM_|SHOP_|SPARK_|OLIST_|COMPOSE_)/;
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !own.test(entry[0]),
  );
  return { ...Object.fromEntries(kept), NO_COLOR: '1', ...extra };
}
