import { withClient } from '../src/postgres/connection.ts';
import type { PgTarget } from '../src/postgres/target.ts';
import { driverOf, type LiveStream } from './live-stream.ts';
import { watchGroup } from './memory.ts';

const warmUpSeconds = 60;

/**
 * From a message's Kafka timestamp to its commit at a steady rate, once the stream has caught up and is warm; and the
 * memory of its driver meanwhile.
 */
export async function steadyAt(rate: number, minutes: number, stream: LiveStream): Promise<string[]> {
  const { cli, target } = stream;
  await cli(['produce', '--rate', String(rate), '--duration', `${warmUpSeconds}s`]);
  const since = await nowOf(target);
  const memory = watchGroup(await driverOf(stream));
  await cli(['produce', '--rate', String(rate), '--duration', `${minutes * 60}s`]);
  const { early, late, peak } = memory.end();
  const { n, batches, p50, p99 } = await latencySince(target, since);
  const mb = (megabytes: number): string => `${Math.round(megabytes)} MB`;
  return [
    `${rate.toLocaleString('en-US')} events/s for ${minutes} min, warm: from Kafka's timestamp to the commit p50 ${p50} ms, p99 ${p99} ms (${n.toLocaleString('en-US')} events in ${batches.toLocaleString('en-US')} batches)`,
    `resident memory of the driver meanwhile, JVM and Python: at most ${mb(early)} in the first minute, ${mb(late)} in the last, peak ${mb(peak)}`,
  ];
}

async function nowOf(target: PgTarget): Promise<Date | undefined> {
  const { rows } = await withClient(target, (client) => client.query<{ now: Date }>('select now()'));
  return rows[0]?.now;
}

interface Latency {
  n: number;
  batches: number;
  p50: number;
  p99: number;
}

async function latencySince(target: PgTarget, since: Date | undefined): Promise<Latency> {
  const percentile = (share: number): string => `
    (select bucket from cumulated where upto >= ${share} * total order by bucket limit 1)`;
  const { rows } = await withClient(target, (client) =>
    client.query<Latency>(
      `with kept as (select * from ops.stream_batches where committed_at > $1),
      buckets as (
        select key::integer as bucket, sum(value::bigint) as n
        from kept cross join jsonb_each_text(latency)
        group by key
      ),
      cumulated as (
        select bucket, sum(n) over (order by bucket) as upto, sum(n) over () as total
        from buckets
      )
      select (select sum(n) from buckets)::integer as n, (select count(*) from kept)::integer as batches,
        round(power(1.1, ${percentile(0.5)}))::integer as p50, round(power(1.1, ${percentile(0.99)}))::integer as p99`,
      [since],
    ),
  );
  return rows[0] ?? { n: 0, batches: 0, p50: 0, p99: 0 };
}
