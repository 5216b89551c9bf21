import type { Register } from '../cli/command.ts';
import type { Outcome } from '../cli/output.ts';
import type { ProduceOptions } from '../events/producer/produce.ts';
import type { ProduceSummary } from '../events/producer/summary.ts';

interface ProduceFlags {
  rate: string;
  duration?: string;
  count?: string;
  seed?: string;
  startTime?: string;
  dirty: string;
  producers: string;
  topic?: string;
}

export const registerProduce: Register = (program, run) => {
  program
    .command('produce')
    .description('send order events to Kafka at a held rate, until Ctrl-C or a limit')
    .requiredOption('--rate <n>', 'events a second, over all producers')
    .option('--duration <time>', 'for how long: 30s, 2m, 1h')
    .option('--count <n>', 'how many events')
    .option('--seed <n>', 'which events; default: random')
    .option('--start-time <instant>', 'when the first event happens; default: now, by the clock')
    .option('--dirty <share>', 'share of broken, late, doubled and stale messages, 0 to 1', '0')
    .option('--producers <n>', 'idempotent producers side by side', '1')
    .option('--topic <name>', 'another topic than shop.orders')
    .action(
      run(async (context, flags: ProduceFlags) => {
        const options = await optionsOf(flags);
        const path = await import('node:path');
        const { produce } = await import('../events/producer/produce.ts');
        const { kafka, postgres } = await context.config();
        const { progress, signal } = context;
        const folder = path.join((await context.project()).home, 'tmp');
        const summary = await produce(
          { kafka: kafka.target, shop: postgres.owner, folder, progress, signal },
          // Of a topic of the user's own nothing is known.
          flags.topic === undefined ? { ...options, partitions: kafka.partitions } : options,
        );
        return outcome(summary);
      }),
    );
};

async function optionsOf(flags: ProduceFlags): Promise<ProduceOptions> {
  const { wholeNumber } = await import('../cli/arguments.ts');
  const { decimal, durationSeconds, instant } = await import('../cli/measures.ts');
  const { usageError } = await import('../errors.ts');
  const { ordersTopic } = await import('../kafka/orders-topic.ts');
  const { duration, count, seed, startTime } = flags;
  if (duration !== undefined && count !== undefined)
    throw usageError('duration_or_count', 'give --duration or --count, not both');
  return {
    topic: flags.topic ?? ordersTopic,
    rate: decimal('--rate', flags.rate, 0.001, 1_000_000, 500),
    seconds: duration === undefined ? null : durationSeconds('--duration', duration),
    count: count === undefined ? null : wholeNumber('--count', count, 1, 1_000_000_000_000),
    seed: seed === undefined ? null : wholeNumber('--seed', seed, 0, Number.MAX_SAFE_INTEGER),
    startTime: startTime === undefined ? null : instant('--start-time', startTime),
    dirty: decimal('--dirty', flags.dirty, 0, 1, 0.01),
    producers: wholeNumber('--producers', flags.producers, 1, 64),
  };
}

function outcome(summary: ProduceSummary): Outcome {
  return {
    data: summary,
    text: () => text(summary),
    exitCode: summary.failed > 0 ? 1 : 0,
    interrupted: summary.interrupted,
  };
}

function text(summary: ProduceSummary): string {
  const count = (n: number): string => n.toLocaleString('en-US');
  const counts = (of: Record<string, number>): string =>
    Object.entries(of)
      .map(([name, n]) => `${count(n)} ${name}`)
      .join(', ');
  const { acked, failed, missed, failure, ack_ms: ack } = summary;
  const lines = [
    `${summary.topic}: ${count(acked)} events acked in ${summary.seconds.toFixed(1)} s${summary.interrupted ? ', then interrupted' : ''}`,
    `rate: asked ${count(summary.asked_per_s)}/s, achieved ${count(summary.achieved_per_s)}/s`,
  ];
  if (ack.p50 !== null) lines.push(`ack: p50 ${ack.p50} ms, p99 ${ack.p99} ms`);
  if (acked > 0) lines.push(`types: ${counts(summary.by_type)}`);
  if (Object.keys(summary.dirty).length > 0) lines.push(`dirty: ${counts(summary.dirty)}`);
  if (missed > 0) lines.push(`missed: ${count(missed)} were due while Kafka did not keep up`);
  if (failed > 0)
    lines.push(`failed: ${count(failed)} were not acknowledged and may be in Kafka or not (${failure})`);
  lines.push(`seed ${summary.seed}, start time ${summary.start_time}, digest ${summary.digest}`);
  return lines.join('\n');
}
