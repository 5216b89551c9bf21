import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { interruptedError, ShopPipeError } from '../errors.ts';
import { identify, type ProcessId, stopGroup } from '../process/process-table.ts';
import { quickJvm } from '../toolchain/class-archive.ts';
import type { SparkToolchain } from '../toolchain/spark.ts';
import { type JobLog, openJobLog } from './job-log.ts';
import { baseProperties, propertiesText, type Resources } from './properties.ts';
import { requestName, scratchFolder } from './scratch.ts';

export interface SparkJob {
  /** Shown in Spark's UI and in ours. */
  name: string;
  /** The Python file to run, absolute. */
  main: string;
  /** Written to a 0600 file whose path is the job's only argument; holds no secret. */
  request: object;
  /** Secrets, by environment variable. */
  secrets: Readonly<Record<string, string>>;
  /** Spark properties besides the master; no secret. */
  properties?: Readonly<Record<string, string>>;
  /** Set for a job that goes on until it is asked to end: ending well after an abort is a success then. */
  endless?: true;
  /** Set for a job that has minutes of work before it. */
  long?: boolean;
  /** Which of the logs it writes; default `spark`. */
  log?: string;
}

export interface SubmitOptions {
  toolchain: SparkToolchain;
  master: string;
  /** Default: a gigabyte of heap, and all cores. */
  resources?: Resources;
  /** spark/conf of the assets. */
  confFolder: string;
  /** Below it go the request file, Spark's scratch space and the log. */
  home: string;
  signal: AbortSignal;
  /** Each event line of the job, parsed. */
  onEvent: (event: JobEvent) => void;
  /** Called with the leader of the job's process group: spark-submit, which becomes the driver's JVM. */
  onStart?: (leader: ProcessId) => void;
}

/** How a job ended that did not fail. */
export interface Submitted {
  /** It did not end in time after an abort, and was killed. */
  killed: boolean;
}

/** How long after SIGTERM a job may take. A stream ends after the batch under way. */
const graceMs = { batch: 20_000, endless: 60_000 };

export type JobEvent = { event: string } & Record<string, unknown>;

/** Lines of the job's stdout that are for us begin with this; all else is log. */
const eventPrefix = '@shop-pipe ';

/**
 * Runs a job through spark-submit in a process group of its own and returns when it has ended well.
 *
 * The job gets `parent` in its request: it ends itself when this process is gone. An abort sends SIGTERM to the group
 * and waits for it.
 *
 * @throws ShopPipeError what the job reported as its error event, `spark_killed`, else `spark_failed` with the end of
 * its log.
 */
export async function submit(job: SparkJob, options: SubmitOptions): Promise<Submitted> {
  const { toolchain, home, signal } = options;
  if (signal.aborted) throw interruptedError(`${job.name} has not begun`);
  const scratch = scratchFolder(home);
  const name = job.log ?? 'spark';
  const log = openJobLog(join(home, 'logs', `${name}.log`));
  const requestFile = join(scratch, requestName);
  writeFileSync(requestFile, JSON.stringify({ ...job.request, parent: parentOf(identify(process.pid)) }), {
    mode: 0o600,
  });
  try {
    return await run(job, requestFile, scratch, log, options);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }

  async function run(
    job: SparkJob,
    requestFile: string,
    scratch: string,
    log: JobLog,
    options: SubmitOptions,
  ): Promise<Submitted> {
    const properties = join(scratch, 'spark.properties');
    writeFileSync(
      properties,
      propertiesText({
        ...baseProperties(options.master, scratch, options.resources ?? wholeMachine, {
          confFolder: options.confFolder,
          classArchive: toolchain.classArchive,
          long: job.long ?? false,
        }),
        ...job.properties,
      }),
      { mode: 0o600 },
    );
    const child = spawn(
      join(toolchain.home, 'bin', 'spark-submit'),
      [
        '--master',
        options.master,
        '--name',
        `shop-pipe ${job.name}`,
        '--properties-file',
        properties,
        '--jars',
        toolchain.jars.join(','),
        job.main,
        requestFile,
      ],
      { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...environment(options), ...job.secrets } },
    );
    let reported: ShopPipeError | null = null;
    const take = (line: string): void => {
      if (!line.startsWith(eventPrefix)) {
        log.write(line);
        return;
      }
      const event = JSON.parse(line.slice(eventPrefix.length)) as JobEvent;
      if (event.event === 'error') reported = errorOf(event);
      else options.onEvent(event);
    };
    createInterface({ input: child.stdout }).on('line', take);
    createInterface({ input: child.stderr }).on('line', (line) => log.write(line));

    const leader: ProcessId | null = child.pid === undefined ? null : identify(child.pid);
    if (leader) options.onStart?.(leader);
    const stop = (): void => {
      if (leader) void stopGroup(leader, 'SIGTERM', graceMs[job.endless ? 'endless' : 'batch']);
    };
    signal.addEventListener('abort', stop, { once: true });
    // A stream's Python is of no use without its JVM, and who restarts it must not wait until it has noticed.
    let inTime: ShopPipeError | null = null;
    child.once('exit', () => {
      inTime = reported;
      if (job.endless && leader) void stopGroup(leader, 'SIGKILL', 0);
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    }).finally(async () => {
      signal.removeEventListener('abort', stop);
      // What it said last is read from there.
      await log.end();
    });
    // What the group left behind (a JVM whose Python was killed) must not outlive the command.
    if (leader) await stopGroup(leader, 'SIGTERM', 5_000);
    const killedBy = child.signalCode ?? (code === 137 ? 'SIGKILL' : null);
    if (signal.aborted && job.endless) return { killed: killedBy === 'SIGKILL' };
    if (signal.aborted) throw interruptedError(`${job.name} was stopped; nothing of it was published`);
    // What Python says of a JVM that was killed under it is not why the job ended.
    if (killedBy !== null && inTime === null) {
      throw new ShopPipeError(
        'environment',
        'spark_killed',
        `the Spark job ${job.name} was killed (${killedBy})`,
        {
          suggestion: `shop-pipe logs ${name}; where nobody did it, the machine may lack memory`,
        },
      );
    }
    if (reported !== null) throw reported;
    if (code !== 0) {
      const said = log.tail(40).findLast((line) => /error|exception/i.test(line)) ?? `exit code ${code}`;
      throw new ShopPipeError(
        'environment',
        'spark_failed',
        `the Spark job ${job.name} failed: ${said.trim().slice(0, 300)}`,
        { suggestion: `shop-pipe logs ${name}` },
      );
    }
    return { killed: false };
  }
}

const wholeMachine: Resources = { cores: null, executorMemory: '1g', driverMemory: '1g', secret: null };

const parentOf = (id: ProcessId | null): object | null =>
  id === null ? null : { pid: id.pid, start_time: id.startTime };

/** Only what a job needs: no secret of another role, and no PYTHONPATH or SPARK_HOME of the caller's. */
function environment({ toolchain, master, confFolder }: SubmitOptions): Record<string, string> {
  // SHOP_PIPE_FAULT is where a test wants the job to break.
  const kept = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'USER', 'SHOP_PIPE_FAULT'].flatMap(
    (name): [string, string][] => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    },
  );
  return {
    ...Object.fromEntries(kept),
    JAVA_HOME: toolchain.jdk.home,
    SPARK_HOME: toolchain.home,
    // Of the JVM that works out how the job's is started.
    SPARK_LAUNCHER_OPTS: quickJvm.join(' '),
    SPARK_CONF_DIR: toolchain.classArchive?.conf ?? confFolder,
    PYSPARK_PYTHON: toolchain.python,
    PYSPARK_DRIVER_PYTHON: toolchain.python,
    ...(master.startsWith('local') ? { SPARK_LOCAL_IP: '127.0.0.1' } : {}),
  };
}

function errorOf(event: JobEvent): ShopPipeError {
  const kind = event['kind'];
  return new ShopPipeError(
    kind === 'data' || kind === 'environment' || kind === 'usage' ? kind : 'bug',
    String(event['code']),
    String(event['message']),
    { suggestion: typeof event['suggestion'] === 'string' ? event['suggestion'] : undefined },
  );
}
