import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, configFrom } from '../../src/config/config.ts';
import type { Project } from '../../src/config/project.ts';
import type { Environment } from '../../src/config/schema.ts';
import type { KafkaTarget } from '../../src/kafka/target.ts';
import { withClient } from '../../src/postgres/connection.ts';
import { assets } from '../support/broker.ts';
import { type TestDatabase, testDatabase, testServer } from '../support/postgres.ts';

/** A migrated database and a home of their own, as the commands of the stream get them. */
export interface Setting {
  database: TestDatabase;
  config: Config;
  project: Project;
  sql: (text: string, values?: unknown[]) => Promise<Record<string, unknown>[]>;
  remove(): Promise<void>;
}

export async function streamSetting(kafka: KafkaTarget): Promise<Setting> {
  const database = await testDatabase();
  const { passwords } = testServer();
  const home = mkdtempSync(join(tmpdir(), 'shop-pipe-stream-'));
  const config = configFrom({
    POSTGRES_HOST: database.owner.host,
    POSTGRES_PORT: database.owner.port,
    POSTGRES_DB: database.owner.database,
    POSTGRES_USER: 'shop_owner',
    POSTGRES_PASSWORD: passwords.shop_owner,
    POSTGRES_SUPERUSER_PASSWORD: passwords.postgres,
    SHOP_ETL_PASSWORD: passwords.shop_etl,
    SHOP_STREAM_PASSWORD: passwords.shop_stream,
    SHOP_BI_PASSWORD: passwords.shop_bi,
    KAFKA_BROKERS: kafka.brokers,
    KAFKA_SECURITY_PROTOCOL: kafka.security,
    KAFKA_SSL_CA: '',
    SHOP_PIPE_EXTERNAL: [] as string[],
    SHOP_TIMEZONE: 'America/Sao_Paulo',
    SPARK_MASTER: 'local[*]',
    STREAM_MAX_OFFSETS_PER_TRIGGER: 50_000,
  } as unknown as Environment);
  return {
    database,
    config,
    project: { home, envFile: join(home, '.env'), assets },
    sql: (text, values = []) =>
      withClient(database.owner, async (client) => (await client.query(text, values)).rows as never),
    async remove() {
      await database.drop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export interface LedgerRow {
  cluster_id: string;
  topic_id: string;
  state?: string;
  detail?: string | null;
  host?: string;
  pid?: number | null;
  /** Seconds ago; null for never. */
  heartbeat?: number | null;
  committed: Record<number, number>;
}

/** The books of a stream as a driver writes them. */
export async function writeLedger({ sql }: Setting, row: LedgerRow): Promise<void> {
  const {
    cluster_id: cluster,
    topic_id: topic,
    state = 'stopped',
    detail = null,
    host = 'elsewhere',
    pid = null,
    heartbeat = null,
  } = row;
  await sql(`delete from ops.streams where name = 'orders'`);
  await sql(
    `insert into ops.streams (name, topic, cluster_id, topic_id, state, detail, host, pid, started_at, heartbeat_at)
    values ('orders', 'shop.orders', $1, $2, $3, $4, $7, $5,
      clock_timestamp() - interval '1 hour', clock_timestamp() - make_interval(secs => $6::float8))`,
    [cluster, topic, state, detail, pid, heartbeat, host],
  );
  for (const [partition, next] of Object.entries(row.committed))
    await sql(`insert into ops.stream_offsets values ('orders', $1, 0, $2)`, [partition, next]);
}
