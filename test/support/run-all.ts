import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProgress } from '../../src/cli/progress.ts';
import { ensureStream, type SparkToolchain } from '../../src/toolchain/spark.ts';
import { type SuiteCounts, sum } from './counts.ts';
import { startEngines } from './engines.ts';
import { root } from './server.ts';
import { showOn } from './show.ts';
import { type Suite, suiteRunners } from './suites.ts';

/** Lanes run beside one another, each with engines of its own: what one waits for leaves a core to the other. */
const lanes: readonly (readonly Suite[])[] = [['vitest'], ['pytest', 'java']];
const suites = lanes.flat();

/** Runs the suites (all, or those named first in `args`) against engines of their own; returns the exit code. */
export async function runAll(args: readonly string[]): Promise<number> {
  const named = suites.filter((suite) => args.includes(suite));
  const rest = args.filter((arg) => !(suites as readonly string[]).includes(arg));
  const wanted = lanes
    .map((lane) => lane.filter((suite) => named.length === 0 || named.includes(suite)))
    .filter((lane) => lane.length > 0);
  const progress = createProgress(process.stderr, say, true);
  const scratch = mkdtempSync(join(tmpdir(), 'shop-pipe-suites-'));
  let counts: SuiteCounts[] = [];
  try {
    const toolchain = await ensureStream(root, progress, new AbortController().signal);
    const ran = await Promise.allSettled(
      wanted.map((lane, i) => runLane(lane, rest, { toolchain, scratch, live: i === 0 })),
    );
    counts = ran.flatMap((lane, i) => {
      if (lane.status === 'fulfilled') return lane.value;
      say(`\n== ${wanted[i]?.join(', ')}: ${(lane.reason as Error).stack ?? String(lane.reason)}`);
      return [{ passed: 0, failed: 1, skipped: 0 }];
    });
  } finally {
    progress.close();
    rmSync(scratch, { recursive: true, force: true });
  }
  const total = sum(counts);
  process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

/** One after the other. Only one lane shows what its suites say as they say it; others show it when a suite has ended. */
async function runLane(
  lane: readonly Suite[],
  args: readonly string[],
  { toolchain, scratch, live }: { toolchain: SparkToolchain; scratch: string; live: boolean },
): Promise<SuiteCounts[]> {
  const engines = await startEngines();
  say(`  for ${lane.join(' and ')}: ${engines.said}`);
  const env = {
    ...engines.env,
    SHOP_TEST_SPARK_JARS: toolchain.jars.join(','),
    JAVA_HOME: toolchain.jdk.home,
    SPARK_LOCAL_IP: '127.0.0.1',
    // The suites choose their own; a caller's settings must not decide what they see.
    POSTGRES_PASSWORD: '',
    POSTGRES_PORT: '',
    POSTGRES_HOST: '',
    KAFKA_BROKERS: '',
    KAFKA_SECURITY_PROTOCOL: '',
    SHOP_PIPE_EXTERNAL: '',
    SHOP_PIPE_HOME: '',
    SHOP_PIPE_RUNTIME: '',
    // Where nobody says which runtime, an engine that answers would decide.
    DOCKER_HOST: 'unix:///nowhere.sock',
    DOCKER_CONTEXT: '',
    SHOP_TIMEZONE: '',
    AIRFLOW_URL: '',
    AIRFLOW_HOME: '',
    METABASE_URL: '',
    METABASE_JAR: '',
  };
  try {
    const counts: SuiteCounts[] = [];
    for (const suite of lane) {
      const started = performance.now();
      const file = join(scratch, `${suite}.log`);
      const output = live ? 'inherit' : openSync(file, 'w');
      if (live) say(`\n== ${suite}`);
      const counted = await suiteRunners[suite]({ toolchain, env, scratch, show: showOn(output) }, args);
      if (output !== 'inherit') {
        closeSync(output);
        process.stdout.write(`\n== ${suite}\n${readFileSync(file, 'utf8')}`);
      }
      const seconds = Math.round((performance.now() - started) / 1000);
      say(
        `== ${suite}: ${counted.passed} passed, ${counted.failed} failed, ${counted.skipped} skipped (${seconds} s)`,
      );
      counts.push(counted);
    }
    return counts;
  } finally {
    await engines.stop();
  }
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);
