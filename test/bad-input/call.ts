import { vi } from 'vitest';
import { main } from '../../src/cli/main.ts';
import type { ErrorDocument } from '../../src/cli/normalise-error.ts';

export interface Called {
  exit: number;
  stdout: string;
  stderr: string;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The command line in this process, with a folder and an environment of its own: what the built one does, without the
 * time that a process takes to start. One at a time.
 */
export async function call(
  argv: readonly string[],
  folder: string,
  settings: Record<string, string>,
): Promise<Called> {
  const before = { env: process.env, cwd: process.cwd() };
  const listeners = signals.map((name) => process.listeners(name));
  const written = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((to) =>
    vi.spyOn(process[to], 'write').mockImplementation((chunk) => {
      written[to] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      return true;
    }),
  );
  try {
    process.chdir(folder);
    process.env = { ...ours(before.env), NO_COLOR: '1', ...settings };
    const exit = await main(argv);
    return { exit, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.env = before.env;
    process.chdir(before.cwd);
    for (const [index, name] of signals.entries())
      for (const added of process.listeners(name).filter((one) => !listeners[index]?.includes(one)))
        process.off(name, added);
  }
}

/** The caller's settings must not reach the command under test. */
const ours = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(POSTGRES_|KAFKA_|AIRFLOW_|METABASE_|STREAM_|SHOP_|SPARK_|OLIST_|COMPOSE_)/.test(name),
    ),
  );

/** The one document on stdout, which has to be an error. */
export function errorOf({ stdout, stderr }: Called): ErrorDocument {
  const { error } = JSON.parse(stdout) as { error?: ErrorDocument };
  if (error === undefined) throw new Error(`no error: ${stdout}\n${stderr}`);
  return error;
}
