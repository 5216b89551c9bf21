import type { Command } from 'commander';
import type { Run } from '../cli/command.ts';
import type { Repaired } from '../postgres/migrations/repair.ts';
import { migrateContext } from './migrate-context.ts';

export function registerVerify(migrate: Command, run: Run): void {
  migrate
    .command('verify')
    .description(
      'compare the database with what its migrations make of an empty one; exit 3 when something differs',
    )
    .action(
      run(async (context) => {
        const { verifyMigrations } = await import('../postgres/migrations/verify.ts');
        const { driftText } = await import('./migrate-drift.ts');
        const { superuser } = (await context.config()).postgres;
        const found = await verifyMigrations({ ...(await migrateContext(context)), superuser });
        return { data: found, text: () => driftText(found), exitCode: found.ok ? 0 : 3 };
      }),
    );
}

export function registerRepair(migrate: Command, run: Run): void {
  migrate
    .command('repair')
    .description(
      'list what keeps migrations from going on, with the ways out; corrects the ledger when told so',
    )
    .option('--accept-checksum <version...>', 'take the files as they are now for what was applied')
    .option('--mark-applied <version...>', 'say that these are applied, without running them')
    .option('--mark-pending <version...>', 'say that these are not applied, without undoing them')
    .action(
      run(
        async (
          context,
          flags: { acceptChecksum?: string[]; markApplied?: string[]; markPending?: string[] },
        ) => {
          const { repairMigrations } = await import('../postgres/migrations/repair.ts');
          const result = await repairMigrations(await migrateContext(context), {
            accept_checksum: flags.acceptChecksum ?? [],
            mark_applied: flags.markApplied ?? [],
            mark_pending: flags.markPending ?? [],
          });
          return {
            data: result,
            text: () => repairText(result),
            exitCode: result.problems.length === 0 ? 0 : 3,
          };
        },
      ),
    );
}

const did = {
  accept_checksum: 'accepted as it is now',
  mark_applied: 'marked as applied, nothing was run',
  mark_pending: 'marked as pending, nothing was undone',
} as const;

function repairText({ repaired, problems }: Repaired): string {
  return [
    ...repaired.map(({ action, version, name }) => `${version} ${name}: ${did[action]}`),
    ...problems.flatMap(({ what, remedies }) => [what, ...remedies.map((remedy) => `  try: ${remedy}`)]),
    ...(problems.length === 0 ? ['nothing is in the way of migrations'] : []),
  ].join('\n');
}
