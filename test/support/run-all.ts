import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProgress } from '../../src/cli/progress.ts';
import { ensureStream } from '../../src/toolchain/spark.ts';
import { type SuiteCounts, sum } from './counts.ts';
import { startEngines, type TestEngines } from './engines.ts';
import { root } from './server.ts';
import { Ended } from './show.ts';
import { type Suite, suiteRunners } from './suites.ts';

// One after the other: beside one another they take as long, for there is no idle core.
const suites: readonly Suite[] = ['vitest', 'pytest', 'java'];

/** Runs the suites (all, or those named first in `args`) against engines of their own; returns the exit code. */
export async function runAll(args: readonly string[]): Promise<number> {
  const named = suites.filter((suite) => args.includes(suite));
  const rest = args.filter((arg) => !(suites as readonly string[]).includes(arg));
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const progress = createProgress(process.stderr, say, true);
  const scratch = mkdtempSync(join(tmpdir(), 'shop-pipe-suites-'));
  const counts: SuiteCounts[] = [];
  let engines: TestEngines | null = null;
  try {
    const toolchain = await ensureStream(root, progress, new AbortController().signal);
    engines = await startEngines();
    progress.note(`for the tests: ${engines.said}`);
    const env = {
      ...engines.env,
      SHOP_TEST_SPARK_JARS: toolchain.jars.join(','),
      JAVA_HOME: toolchain.jdk.home,
      SPARK_LOCAL_IP: '127.0.0.1',
      ...withheld,
    };
    for (const suite of named.length > 0 ? named : suites) {
      const started = performance.now();
      say(`\n== ${suite}`);
      const counted = await suiteRunners[suite]({ toolchain, env, scratch }, rest);
      const seconds = Math.round((performance.now() - started) / 1000);
      say(
        `== ${suite}: ${counted.passed} passed, ${counted.failed} failed, ${counted.skipped} skipped (${seconds} s)`,
      );
      counts.push(counted);
    }
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    say(`\n== ${error.message}; stopping the engines`);
    return error.exitCode;
  } finally {
    await engines?.stop();
    progress.close();
    rmSync(scratch, { recursive: true, force: true });
  }
  const total = sum(counts);
  process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

/** The suites choose their own; a caller's settings must not decide what they see. */
const withheld = {
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
