import { join } from 'node:path';
import type { Command } from 'commander';
import type { Register, Run } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import type { Ran } from '../postgres/migrations/run.ts';
import type { LockOptions, MigrateContext } from '../postgres/migrations/session.ts';
import type { MigrationStatus } from '../postgres/migrations/status.ts';

interface LockFlags {
  lockWait: string;
  lockTimeout: string;
}

export const registerMigrate: Register = (program, run) => {
  const migrate = program.command('migrate').description('SQL migrations of the database (sql/migrations)');
  up(migrate, run);
  down(migrate, run);
  status(migrate, run);
  create(migrate, run);
};

function up(migrate: Command, run: Run): void {
  withLockOptions(migrate.command('up', { isDefault: true }))
    .description('apply what is pending')
    .option('--to <version>', 'up to and with this one, e.g. 0005')
    .action(
      run(async (context, flags: LockFlags & { to?: string }) => {
        const { migrateUp } = await import('../postgres/migrations/run.ts');
        const result = await migrateUp(await contextOf(context), {
          ...(await lockOptions(flags)),
          to: flags.to,
        });
        return { data: result, text: () => summary('applied', result.applied, result.current) };
      }),
    );
}

function down(migrate: Command, run: Run): void {
  withLockOptions(migrate.command('down'))
    .description('undo the newest one, or several')
    .option('--steps <n>', 'how many; default 1')
    .option('--to <version>', 'all above this one; 0 for all')
    .action(
      run(async (context, flags: LockFlags & { steps?: string; to?: string }) => {
        const { wholeNumber } = await import('../cli/arguments.ts');
        const { migrateDown } = await import('../postgres/migrations/run.ts');
        const result = await migrateDown(await contextOf(context), {
          ...(await lockOptions(flags)),
          steps: flags.steps === undefined ? undefined : wholeNumber('--steps', flags.steps, 1, 1_000_000),
          to: flags.to,
        });
        return { data: result, text: () => summary('undid', result.reverted, result.current) };
      }),
    );
}

function status(migrate: Command, run: Run): void {
  migrate
    .command('status')
    .description('what is applied, pending, changed or missing')
    .option('--exit-code', 'exit 3 unless everything is applied as it stands')
    .action(
      run(async (context, flags: { exitCode?: boolean }) => {
        const { migrationStatus } = await import('../postgres/migrations/status.ts');
        const found = await migrationStatus(await contextOf(context));
        return {
          data: found,
          text: () => statusTable(found),
          exitCode: flags.exitCode && !found.up_to_date ? 3 : 0,
        };
      }),
    );
}

function create(migrate: Command, run: Run): void {
  migrate
    .command('new')
    .description('write a template with the next number')
    .argument('<name>', 'what it does, e.g. order_notes')
    .action(
      run(async (context, name: string) => {
        const { newMigration } = await import('../postgres/migrations/create.ts');
        const file = await newMigration(await directoryOf(context), name);
        return { data: { file }, text: () => file };
      }),
    );
}

const withLockOptions = (command: Command): Command =>
  command
    .option('--lock-wait <seconds>', 'how long to wait for another migration to end', '600')
    .option('--lock-timeout <seconds>', "how long a statement may wait for a table's lock; 0: for ever", '5');

async function lockOptions(flags: LockFlags): Promise<LockOptions> {
  const { wholeNumber } = await import('../cli/arguments.ts');
  const ms = (option: string, text: string): number => wholeNumber(option, text, 0, 86_400) * 1000;
  return {
    lockWaitMs: ms('--lock-wait', flags.lockWait),
    lockTimeoutMs: ms('--lock-timeout', flags.lockTimeout),
  };
}

const directoryOf = async (context: Context): Promise<string> =>
  join((await context.project()).assets, 'sql', 'migrations');

async function contextOf(context: Context): Promise<MigrateContext> {
  const { progress, signal } = context;
  const { owner } = (await context.config()).postgres;
  return { owner, directory: await directoryOf(context), progress, signal };
}

function summary(did: string, ran: readonly Ran[], current: string | null): string {
  const lines = ran.map(
    ({ version, name, seconds }) => `${did} ${version} ${name} (${seconds.toFixed(2)} s)`,
  );
  const at = current === null ? 'the database has no migration' : `the database is at ${current}`;
  return [...lines, ran.length === 0 ? `${at}; nothing to do` : at].join('\n');
}

function statusTable({ migrations, up_to_date: upToDate }: MigrationStatus): string {
  const rows = migrations.map(({ version, name, state, applied_at: at }) => [
    version,
    name,
    state,
    at ?? '-',
  ]);
  const head = ['version', 'name', 'state', 'applied at'];
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  const errors = migrations.flatMap(({ version, error }) => (error === null ? [] : [`${version}: ${error}`]));
  return [line(head), ...rows.map(line), ...errors, upToDate ? 'up to date' : 'not up to date'].join('\n');
}
