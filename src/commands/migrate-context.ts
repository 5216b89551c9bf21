import { join } from 'node:path';
import type { Context } from '../cli/context.ts';
import type { MigrateContext } from '../postgres/migrations/session.ts';

export const directoryOf = async (context: Context): Promise<string> =>
  join((await context.project()).assets, 'sql', 'migrations');

/** What the engine of migrations works with. */
export async function migrateContext(context: Context): Promise<MigrateContext> {
  const { progress, signal } = context;
  const { owner } = (await context.config()).postgres;
  return { owner, directory: await directoryOf(context), progress, signal };
}
