import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { withClient } from '../src/postgres/connection.ts';
import { submit } from '../src/spark/submit.ts';
import { ensureStream } from '../src/toolchain/spark.ts';
import { type Comparison, compare, type Figures } from './harness.ts';
import { liveQuestions } from './live-questions.ts';
import { onLiveStream } from './live-stream.ts';
import type { BenchOptions } from './produce.ts';
import { BenchStack } from './stack.ts';
import { recoveryFrom } from './stream-recovery.ts';
import { steadyAt } from './stream-steady.ts';

/** When a batch was in, in seconds since 1970, and how many messages it had. */
interface Batch {
  read: number;
  at: number;
}

const maxOffsetsPerTrigger = 50_000;

/**
 * The stream draining a backlog into a shop of a million orders (`--orders`), with merge, keys, rollups and ledger, against
 * foreachBatch and Spark's JDBC append of the same rows into a bare table of the same columns. Then, on one more copy of the
 * shop: latency and memory at a steady rate, the live questions, and how soon it is back after a kill.
 */
export async function benchStream({
  root,
  rounds,
  events,
  minutes,
  orders,
  progress,
}: BenchOptions): Promise<Comparison> {
  const stack = new BenchStack(root);
  const cli = stack.cli.bind(stack);
  try {
    const toolchain = await ensureStream(root, progress, new AbortController().signal);
    await cli(['up', 'postgres', 'kafka']);
    await cli(['seed', 'synthetic', '--orders', String(orders), '--seed', '1']);
    await cli(['produce', '--rate', '1000000', '--count', String(events), '--seed', '1']);
    const { reader, brokers } = stack.targets;
    const comparison = await compare(
      {
        name: 'stream',
        setting: `${events.toLocaleString('en-US')} order events drained into a shop of ${orders.toLocaleString('en-US')} orders, ${maxOffsetsPerTrigger.toLocaleString('en-US')} a batch; ours with merge, foreign keys, rollups and ledger; from the first batch's end to the last one's`,
        figure: 'events/s',
        rounds,
        onRound: (text) => progress.note(text),
      },
      {
        name: 'shop-pipe stream',
        async run(): Promise<Figures> {
          const { owner: target, env } = await stack.copy('bench_stream');
          await cli(['stream', 'run', '--drain'], {
            ...env,
            STREAM_MAX_OFFSETS_PER_TRIGGER: String(maxOffsetsPerTrigger),
          });
          const { rows } = await withClient(target, (client) =>
            client.query<Batch>(
              'select read, extract(epoch from committed_at)::float8 as at from ops.stream_batches order by batch_id',
            ),
          );
          return { 'events/s': drainRate(rows) };
        },
      },
      {
        name: 'foreachBatch + JDBC append',
        async run(): Promise<Figures> {
          const { owner: target } = await stack.copy('bench_rival');
          await withClient(target, (client) => client.query('create table rival (like shop.orders)'));
          const batches: Batch[] = [];
          const home = join(stack.folder, 'rival');
          mkdirSync(home, { recursive: true });
          await submit(
            {
              name: 'rival',
              main: join(root, 'bench', 'rivals', 'stream_jdbc.py'),
              request: {
                url: `jdbc:postgresql://${target.host}:${target.port}/${target.database}`,
                user: target.user,
                table: 'public.rival',
                brokers,
                topic: 'shop.orders',
                max_offsets_per_trigger: maxOffsetsPerTrigger,
                checkpoint: mkdtempSync(join(home, 'checkpoint-')),
              },
              secrets: { BENCH_PASSWORD: target.password },
            },
            {
              toolchain,
              master: 'local[*]',
              confFolder: join(root, 'spark', 'conf'),
              home,
              signal: new AbortController().signal,
              onEvent: (event) => batches.push(event as unknown as Batch),
            },
          );
          return { 'events/s': drainRate(batches) };
        },
      },
    );
    const { owner: target, env } = await stack.copy('bench_live');
    const notes = await onLiveStream(
      { target, cli: (args, signal) => cli(args, env, signal) },
      async (stream) => [
        ...(await steadyAt(1_000, minutes, stream)),
        await liveQuestions(root, { ...reader, database: target.database }, orders),
        await recoveryFrom(Math.min(rounds, 5), stream),
      ],
    );
    return { ...comparison, notes };
  } finally {
    await stack.remove();
  }
}

/** Messages per second from the end of the first batch, in which Spark warms up, to the end of the last. */
function drainRate(batches: readonly Batch[]): number {
  const [first, ...rest] = batches;
  const last = rest.at(-1);
  if (first === undefined || last === undefined) throw new Error('a bench of one batch says nothing');
  return rest.reduce((sum, { read }) => sum + read, 0) / (last.at - first.at);
}
