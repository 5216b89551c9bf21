import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Config } from '../../config/config.ts';
import type { Project } from '../../config/project.ts';
import { environmentError, interruptedError, ShopPipeError } from '../../errors.ts';
import { openJobLog } from '../../spark/job-log.ts';
import { readContainers, stateOf } from './containers.ts';
import { requireDocker } from './docker.ts';
import { ComposeProject } from './project.ts';

export interface ContainerJob {
  config: Config;
  project: Project;
  /** Of the command line in the container, without `--json`. */
  args: readonly string[];
  /** Which of the logs of this machine what it says goes to. */
  log: string;
  signal: AbortSignal;
  /** Each JSON document that it prints. */
  onDocument: (document: Record<string, unknown>) => void;
  /** What it is at, for people. */
  onLine?: (line: string) => void;
}

/**
 * Runs the command line in a container of its own beside the cluster, as the driver of a Spark job needs it. An abort
 * is passed on, and what it does then waited for.
 *
 * @throws ShopPipeError what it reported, `cluster_down`.
 */
export async function runInContainer(job: ContainerJob): Promise<void> {
  const { config, project, args, signal, onDocument } = job;
  const compose = new ComposeProject({ config, ...project });
  await requireCluster(compose);
  const log = openJobLog(join(project.home, 'logs', `${job.log}.log`));
  const line = [
    'run',
    '--rm',
    '--no-deps',
    '--no-TTY',
    '--quiet-pull',
    'jobs',
    'shop-pipe',
    '--json',
    ...args,
  ];
  const child = spawn('docker', compose.arguments(line), {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C on a terminal reaches all of the foreground: what is passed on is passed on once.
    detached: true,
    cwd: compose.folder,
    env: { ...process.env, ...compose.env },
  });
  let failure: ShopPipeError | null = null;
  createInterface({ input: child.stdout }).on('line', (text) => {
    if (!text.startsWith('{')) return log.write(text);
    const document = JSON.parse(text) as Record<string, unknown>;
    if (isError(document)) failure = errorOf(document.error);
    else onDocument(document);
  });
  createInterface({ input: child.stderr }).on('line', (text) => {
    log.write(text);
    job.onLine?.(text.trim());
  });
  const stop = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(async () => {
    signal.removeEventListener('abort', stop);
    await log.end();
  });
  if (failure !== null) throw signal.aborted ? interruptedError(`${args.join(' ')} was stopped`) : failure;
  if (code === 0 || (signal.aborted && code === 143)) return;
  const said = log.tail(20).findLast((text) => /error|denied|no such/i.test(text)) ?? `exit code ${code}`;
  throw environmentError('job_failed', `the job's container failed: ${said.trim().slice(0, 300)}`, {
    suggestion: `shop-pipe logs spark-worker; the job's own log is ${join(project.home, 'logs', `${job.log}.log`)}`,
  });
}

async function requireCluster(project: ComposeProject): Promise<void> {
  await requireDocker();
  const worker = (await readContainers(project)).find(({ service }) => service === 'spark-worker');
  if (worker !== undefined && stateOf(worker) === 'healthy') return;
  throw environmentError('cluster_down', 'the Spark cluster of compose is not running', {
    suggestion: 'shop-pipe up spark',
  });
}

interface ErrorFields {
  code: string;
  message: string;
  suggestion: string | null;
}

const isError = (document: Record<string, unknown>): document is { error: ErrorFields } =>
  typeof (document['error'] as ErrorFields | null | undefined)?.code === 'string';

const errorOf = ({ code, message, suggestion }: ErrorFields): ShopPipeError =>
  new ShopPipeError('environment', code, message, { suggestion: suggestion ?? undefined });
