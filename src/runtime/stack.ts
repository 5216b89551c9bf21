import { join } from 'node:path';
import { ordersTopic } from '../kafka/orders-topic.ts';
import { ensureShopTopic } from '../kafka/shop-topic.ts';
import { bootstrap } from '../postgres/bootstrap.ts';
import { migrateUp } from '../postgres/migrations/run.ts';
import { recordedRuntime, recordRuntime } from './choose.ts';
import { type OpenOptions, openRuntime } from './open.ts';
import type { UpResult } from './runtime.ts';

export interface StackResult extends UpResult {
  /** Versions that this call applied. */
  migrations: string[];
  /** Topics that this call made. */
  topics: string[];
}

/** Engines, roles, database, migrations and topic: after this every other command works. Idempotent, and quick when all is there. */
export async function bringUp(options: OpenOptions, services: readonly string[] = []): Promise<StackResult> {
  const { project, progress } = options;
  const recorded = recordedRuntime(project.home);
  const runtime = await openRuntime(options);
  if (recorded !== null && recorded !== runtime.name) {
    progress.warn(
      `this project was brought up with the ${recorded} runtime before; what that one holds is not seen now (shop-pipe down --runtime ${recorded} stops it)`,
    );
  }
  let migrations: string[] = [];
  let topics: string[] = [];
  const result = await runtime.up(services, async (service) => {
    if (service === 'postgres') migrations = await prepareDatabase(options);
    if (service === 'kafka') topics = await prepareTopic(options, runtime.name);
  });
  if (recorded !== runtime.name) {
    const compose = runtime.name === 'compose' ? { compose: options.config.compose.project } : {};
    recordRuntime(project.home, { runtime: runtime.name, ...compose });
  }
  return { ...result, migrations, topics };
}

async function prepareDatabase({ config, project, progress, signal }: OpenOptions): Promise<string[]> {
  const changed = await bootstrap(config);
  if (changed.length > 0) progress.note(`made ${changed.join(', ')}`);
  const { applied } = await migrateUp({
    owner: config.postgres.owner,
    directory: join(project.assets, 'sql', 'migrations'),
    progress,
    signal,
  });
  return applied.map((migration) => migration.version);
}

async function prepareTopic({ config, progress }: OpenOptions, runtime: string): Promise<string[]> {
  const { target, partitions, retentionMs } = config.kafka;
  const made = await ensureShopTopic({
    target,
    settings: { topic: ordersTopic, partitions, retentionMs },
    ours: runtime !== 'external' && !config.external.includes('kafka'),
    progress,
  });
  return made ? [ordersTopic] : [];
}
