import type { Command } from 'commander';
import type { Run } from '../cli/command.ts';
import type { LockOptions } from '../postgres/migrations/session.ts';
import { migrateContext } from './migrate-context.ts';

interface RunFlags {
  dryRun?: boolean;
  lockWait: string;
  lockTimeout: string;
  lockRetries: string;
}

export function registerUp(migrate: Command, run: Run): void {
  withRunOptions(migrate.command('up', { isDefault: true }))
    .description('apply what is pending')
    .option('--to <version>', 'up to and with this one, e.g. 0005')
    .option('--dry-run', 'say what would be applied, and change nothing')
    .action(
      run(async (context, { to, ...flags }: RunFlags & { to?: string }) => {
        const options = await lockOptions(flags);
        const { dryRunText, ranText } = await import('./migrate-text.ts');
        if (flags.dryRun) {
          const { dryRun } = await import('../postgres/migrations/dry-run.ts');
          const planned = await dryRun(await migrateContext(context), 'up', { to });
          return { data: planned, text: () => dryRunText(planned) };
        }
        const { migrateUp } = await import('../postgres/migrations/run.ts');
        const result = await migrateUp(await migrateContext(context), { ...options, to });
        return { data: result, text: () => ranText('applied', result.applied, result.current) };
      }),
    );
}

export function registerDown(migrate: Command, run: Run): void {
  withRunOptions(migrate.command('down'))
    .description('undo the newest one, or several')
    .option('--steps <n>', 'how many; default 1')
    .option('--to <version>', 'all above this one; 0 for all')
    .option('--dry-run', 'say what would be undone, and change nothing')
    .action(
      run(async (context, { to, ...flags }: RunFlags & { steps?: string; to?: string }) => {
        const { wholeNumber } = await import('../cli/arguments.ts');
        const options = await lockOptions(flags);
        const steps =
          flags.steps === undefined ? undefined : wholeNumber('--steps', flags.steps, 1, 1_000_000);
        const { dryRunText, ranText } = await import('./migrate-text.ts');
        if (flags.dryRun) {
          const { dryRun } = await import('../postgres/migrations/dry-run.ts');
          const planned = await dryRun(await migrateContext(context), 'down', { steps, to });
          return { data: planned, text: () => dryRunText(planned) };
        }
        const { migrateDown } = await import('../postgres/migrations/run.ts');
        const result = await migrateDown(await migrateContext(context), { ...options, steps, to });
        return { data: result, text: () => ranText('undid', result.reverted, result.current) };
      }),
    );
}

const withRunOptions = (command: Command): Command =>
  command
    .option('--lock-wait <seconds>', 'how long to wait for another migration to end', '600')
    .option('--lock-timeout <seconds>', "how long a statement may wait for a table's lock; 0: for ever", '5')
    .option('--lock-retries <n>', 'how often to try again, in growing pauses, where that was too long', '3');

async function lockOptions(flags: RunFlags): Promise<LockOptions> {
  const { wholeNumber } = await import('../cli/arguments.ts');
  const ms = (option: string, text: string): number => wholeNumber(option, text, 0, 86_400) * 1000;
  return {
    lockWaitMs: ms('--lock-wait', flags.lockWait),
    lockTimeoutMs: ms('--lock-timeout', flags.lockTimeout),
    lockRetries: wholeNumber('--lock-retries', flags.lockRetries, 0, 1000),
  };
}
