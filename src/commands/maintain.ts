import type { Register } from '../cli/command.ts';
import type { Maintained } from '../maintenance/maintain.ts';

interface MaintainFlags {
  months: string;
  rejectDays: string;
  batchDays: string;
}

export const registerMaintain: Register = (program, run) => {
  program
    .command('maintain')
    .description('partitions ahead, leftovers of dead runs, retention of rejects and batches, statistics')
    .option('--months <n>', 'partitions of curated.fact_orders for so many months ahead', '3')
    .option('--reject-days <n>', 'delete rejects that are older', '90')
    .option('--batch-days <n>', "delete batches of the stream's books that are older", '7')
    .action(
      run(async (context, flags: MaintainFlags) => {
        const { wholeNumber } = await import('../cli/arguments.ts');
        const options = {
          months: wholeNumber('--months', flags.months, 0, 120),
          rejectDays: wholeNumber('--reject-days', flags.rejectDays, 1, 36_500),
          batchDays: wholeNumber('--batch-days', flags.batchDays, 1, 36_500),
        };
        const { maintain } = await import('../maintenance/maintain.ts');
        const { postgres, timezone } = await context.config();
        const { progress, signal } = context;
        const done = await maintain({ owner: postgres.owner, timezone, progress, signal }, options);
        return { data: done, text: () => text(done) };
      }),
    );
};

const count = (n: number): string => n.toLocaleString('en-US');

function text({ partitions, staging, rejects, batches, analyzed, seconds }: Maintained): string {
  const day = (instant: string): string => instant.slice(0, 10);
  const lines = [
    `partitions: ${partitions.made} made, there are some through ${partitions.through}`,
    `staging: ${staging.dropped.length} orphaned tables dropped`,
    `rejects: ${count(rejects.pruned)} from before ${day(rejects.before)} deleted`,
    `batches: ${count(batches.deleted)} of ${count(batches.read)} messages from before ${day(batches.before)} deleted`,
    `statistics: ${analyzed.length} tables analyzed`,
    `${seconds.toFixed(1)} s`,
  ];
  if (staging.left.length > 0)
    lines.splice(2, 0, `  in use, left to the next run: ${staging.left.join(', ')}`);
  return lines.join('\n');
}
