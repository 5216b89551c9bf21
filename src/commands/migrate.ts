import type { Command } from 'commander';
import type { Register, Run } from '../cli/command.ts';
import { registerRepair, registerVerify } from './migrate-check.ts';
import { directoryOf, migrateContext } from './migrate-context.ts';
import { registerDown, registerUp } from './migrate-run.ts';

export const registerMigrate: Register = (program, run) => {
  const migrate = program.command('migrate').description('SQL migrations of the database (sql/migrations)');
  registerUp(migrate, run);
  registerDown(migrate, run);
  status(migrate, run);
  registerVerify(migrate, run);
  registerRepair(migrate, run);
  create(migrate, run);
};

function status(migrate: Command, run: Run): void {
  migrate
    .command('status')
    .description('what is applied, pending, changed or missing')
    .option('--exit-code', 'exit 3 unless everything is applied as it stands')
    .action(
      run(async (context, flags: { exitCode?: boolean }) => {
        const { migrationStatus } = await import('../postgres/migrations/status.ts');
        const { statusText } = await import('./migrate-text.ts');
        const found = await migrationStatus(await migrateContext(context));
        return {
          data: found,
          text: () => statusText(found),
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
