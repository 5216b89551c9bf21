import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parse } from 'dotenv';
import { kafkaClient } from '../src/kafka/client.ts';
import type { KafkaTarget } from '../src/kafka/target.ts';
import { ensureTopic } from '../src/kafka/topics.ts';
import { capture } from '../src/process/capture.ts';
import type { Progress } from '../src/progress.ts';
import { ensureJars } from '../src/toolchain/jars.ts';
import { ensureSpark } from '../src/toolchain/spark.ts';
import { type Comparison, compare, type Figures } from './harness.ts';
import { memoryOf } from './memory.ts';

export interface BenchOptions {
  root: string;
  rounds: number;
  /** Events of one run. */
  events: number;
  /** How long the memory of a run at 5,000/s is watched. */
  minutes: number;
  /** Orders of the shop that questions are asked of. */
  orders: number;
  progress: Progress;
}

interface ProduceSummary {
  asked_per_s: number;
  achieved_per_s: number;
  acked: number;
  seconds: number;
  ack_ms: { p50: number; p99: number };
}

const topic = 'shop.orders';
const rivalTopic = 'bench.rival';

/**
 * `produce` as fast as it goes against Kafka's own ProducerPerformance from the same jars: the same broker, partitions,
 * acks=all, idempotence, and payloads that our run made.
 */
export async function benchProduce({
  root,
  rounds,
  events,
  minutes,
  progress,
}: BenchOptions): Promise<Comparison> {
  const folder = mkdtempSync(join(tmpdir(), 'shop-pipe-bench-'));
  const cli = async (...args: string[]): Promise<string> => {
    const { code, output } = await capture(join(root, 'bin', 'shop-pipe.mjs'), args, { cwd: folder });
    if (code !== 0) throw new Error(`shop-pipe ${args.join(' ')} failed: ${output}`);
    return output;
  };
  const produce = async (...args: string[]): Promise<ProduceSummary> => {
    const output = await cli('produce', '--json', ...args);
    const line = output.split('\n').find((one) => one.startsWith('{'));
    return JSON.parse(line ?? '') as ProduceSummary;
  };
  try {
    const toolchain = await ensureSpark(root, progress, new AbortController().signal);
    const { jdk, home } = toolchain;
    const kafkaJars = await ensureJars('kafka', join(root, 'jars', 'kafka.lock'), jdk, home);
    const toolJars = await ensureJars('bench', join(root, 'jars', 'bench.lock'), jdk, home);
    await cli('up', 'postgres', 'kafka');
    await cli('seed', 'synthetic', '--orders', '20000');
    const target = targetOf(folder);
    const partitions = Number(parse(readFileSync(join(folder, '.env')))['KAFKA_TOPIC_PARTITIONS'] ?? 4);
    await ensureTopic(target, { topic: rivalTopic, partitions, retentionMs: 3_600_000 });
    await produce('--rate', '20000', '--count', '20000');
    const payloads = join(folder, 'payloads.txt');
    const bytes = await savePayloads(target, payloads, 10_000);
    const held = await holdRates(produce);
    const jars = [...kafkaJars, ...toolJars].join(delimiter);
    const send = ['--topic', rivalTopic, '--throughput', '-1', '--num-records', String(events)];
    const where = ['--bootstrap-server', target.brokers.join(','), '--payload-file', payloads];
    const durable = ['--command-property', 'acks=all', 'enable.idempotence=true'];
    const main = 'org.apache.kafka.tools.ProducerPerformance';
    const rivalArguments = ['-Xmx512m', '-cp', jars, main, ...send, ...where, ...durable];
    const comparison = await compare(
      {
        name: 'produce',
        setting: `${events.toLocaleString('en-US')} order events of ${Math.round(bytes)} bytes on average, one broker on the same machine, ${partitions} partitions, acks=all, idempotent`,
        figure: 'events/s',
        rounds,
        onRound: (text) => progress.note(text),
      },
      {
        name: 'shop-pipe produce',
        run: async (): Promise<Figures> => {
          const summary = await produce('--rate', '1000000', '--count', String(events));
          return { 'events/s': summary.acked / summary.seconds, 'p99 ack ms': summary.ack_ms.p99 };
        },
      },
      {
        name: 'ProducerPerformance',
        run: async (): Promise<Figures> => {
          const { output } = await capture(join(jdk.home, 'bin', 'java'), rivalArguments);
          const last =
            output
              .trim()
              .split('\n')
              .findLast((line) => line.includes('99th')) ?? output;
          const [, rate, p99] = /([\d.]+) records\/sec.* ([\d.]+) ms 99th/.exec(last) ?? [];
          if (rate === undefined) throw new Error(`ProducerPerformance said: ${output}`);
          return { 'events/s': Number(rate), 'p99 ack ms': Number(p99) };
        },
      },
    );
    const file = join(root, 'bin', 'shop-pipe.mjs');
    const long = ['produce', '--json', '--rate', '5000', '--duration', `${minutes * 60}s`];
    const memory = await memoryOf(file, long, folder);
    const megabytes = (n: number): string => `${Math.round(n)} MB`;
    return {
      ...comparison,
      notes: [
        ...held,
        `resident memory of ${minutes} min at 5,000/s: at most ${megabytes(memory.early)} in the first minute, ${megabytes(memory.late)} in the last, peak ${megabytes(memory.peak)}`,
      ],
    };
  } finally {
    await cli('down', '--purge').catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Asked against achieved at each rate, ten seconds each. */
async function holdRates(produce: (...args: string[]) => Promise<ProduceSummary>): Promise<string[]> {
  const lines: string[] = [];
  for (const rate of [10, 500, 5_000, 20_000]) {
    const { achieved_per_s: achieved, ack_ms } = await produce('--rate', String(rate), '--duration', '10s');
    const error = (100 * (achieved - rate)) / rate;
    lines.push(
      `asked ${rate.toLocaleString('en-US')}/s, achieved ${achieved.toFixed(1)}/s (${error.toFixed(2)} %), ack p50 ${ack_ms.p50} ms, p99 ${ack_ms.p99} ms`,
    );
  }
  return lines;
}

function targetOf(folder: string): KafkaTarget {
  const env = parse(readFileSync(join(folder, '.env')));
  return { brokers: (env['KAFKA_BROKERS'] ?? '').split(','), security: 'PLAINTEXT', sasl: null, ca: null };
}

/** Real events, one per line, for the rival to send; returns their mean size in bytes. */
async function savePayloads(target: KafkaTarget, file: string, count: number): Promise<number> {
  const consumer = kafkaClient(target, 'bench').consumer({ groupId: `bench-${process.pid}` });
  const values: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        eachMessage: async ({ message }) => {
          if (values.length < count) values.push(message.value?.toString('utf8') ?? '');
          if (values.length === count) resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  writeFileSync(file, values.join('\n'));
  return values.reduce((sum, value) => sum + Buffer.byteLength(value), 0) / values.length;
}
