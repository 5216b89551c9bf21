import { join } from 'node:path';
import { bootstrap } from '../postgres/bootstrap.ts';
import { migrateUp } from '../postgres/migrations/run.ts';
import { recordedRuntime, recordRuntime } from './choose.ts';
import { type OpenOptions, openRuntime } from './open.ts';
import type { UpResult } from './runtime.ts';

export interface StackResult extends UpResult {
  /** Versions that this call applied. */
  migrations: string[];
}

/** Engines, roles, database and migrations: after this every other command works. Idempotent, and quick when all is there. */
export async function bringUp(options: OpenOptions, services: readonly string[] = []): Promise<StackResult> {
  const { config, project, progress, signal } = options;
  const recorded = recordedRuntime(project.home);
  const runtime = await openRuntime(options);
  if (recorded !== null && recorded !== runtime.name) {
    progress.warn(
      `this project was brought up with the ${recorded} runtime before; what that one holds is not seen now (shop-pipe down --runtime ${recorded} stops it)`,
    );
  }
  const result = await runtime.up(services);
  if (recorded !== runtime.name) recordRuntime(project.home, runtime.name as 'native');
  const changed = await bootstrap(config);
  if (changed.length > 0) progress.note(`made ${changed.join(', ')}`);
  const migrations = join(project.assets, 'sql', 'migrations');
  const { applied } = await migrateUp({
    owner: config.postgres.owner,
    directory: migrations,
    progress,
    signal,
  });
  return { ...result, migrations: applied.map((migration) => migration.version) };
}
